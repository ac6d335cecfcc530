import { catalogue, sentence, type AnyReason } from '../../src/decision/catalogue.ts';
import type { Turn } from '../../src/decision/catalogue/entry.ts';
import { turns } from '../../src/decision/turns.ts';

type Kind = (typeof catalogue)[AnyReason]['kind'];

const kinds: Readonly<Record<Kind, readonly [title: string, meaning: string]>> = {
  wait: [
    'Waits',
    'What comes by itself, or goes on by itself once it is mended: the environment’s answer, and the reason of `PromotionPending` where a version waits.',
  ],
  hold: ['Held', 'What somebody has to do something about: said in the same places.'],
  promote: ['Due', 'The promotion is made.'],
  nothing: ['Nothing due', 'There is nothing to promote.'],
  pass: [
    'Passed',
    'What a step of the rule or a gate says when it stands in nobody’s way; `leafwatch explain` shows it.',
  ],
  condition: ['Conditions', 'Reasons of the conditions of a Pipeline, and of a promotion that has failed.'],
  event: ['Events', 'What Events say beyond the reasons above.'],
};

const reasons = Object.keys(catalogue) as AnyReason[];

const example = (reason: AnyReason): string => sentence(reason, catalogue[reason].example);

const section = (reason: AnyReason): string => {
  const { turn, meaning, glance } = { glance: undefined, ...catalogue[reason] };
  const shown = glance === undefined ? '' : `, at a glance \`${glance}\``;
  return `### ${reason}\n\n${meaning} Whose turn: ${turn}${shown}.\n\n\`\`\`text\n${example(reason)}\n\`\`\`\n`;
};

const chapter = (kind: Kind): string => {
  const [title, meaning] = kinds[kind];
  const sections = reasons.filter((reason) => catalogue[reason].kind === kind).map(section);
  return `## ${title}\n\n${meaning}\n\n${sections.join('\n')}`;
};

const legend = (Object.keys(turns) as Turn[]).map((turn) => `- \`${turn}\`: ${turns[turn]}`).join('\n');

/** The reference page of every reason code, from the catalogue of sentences. */
export const messagesPage =
  (): string => `<!-- Generated from src/decision/catalogue by \`npm run generate\`; edit the sentences there. -->

# What Leafwatch says

Every sentence has a reason code, which stays when its words are made better. The sentences below are examples. \`kubectl describe\`
shows them in conditions and Events, \`status.environments.<env>.message\` holds one for each environment, and
\`leafwatch explain\` prints all that led to it. Whose turn it is:

${legend}

${(Object.keys(kinds) as Kind[]).map(chapter).join('\n')}`;
