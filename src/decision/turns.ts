import type { Turn } from './catalogue/entry.ts';

/** Whose turn it is, for people: who that is, and what comes next. */
export const turns: Readonly<Record<Turn, string>> = {
  nobody: 'nobody: nothing is to be done',
  time: 'nobody: it goes on by itself when the time has come',
  flux: 'Flux: it goes on once the HelmReleases have settled; one that fails or is suspended needs a person',
  leafwatch: 'Leafwatch: it goes on by itself',
  receiver: 'the tooling that was told: whoever hears the event Promote; Flux rolls out what it changes',
  reviewer: 'a reviewer: whoever may merge or close the pull request; Flux rolls out what is merged',
  approver: 'an approver: whoever may annotate the Pipeline; the promotion is made at once then',
  operator: 'an operator: whoever owns the Pipeline or its clusters; it goes on once that is mended or changed',
};
