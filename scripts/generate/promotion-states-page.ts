import { transitions, type Transition } from '../../src/decision/promotion-states.ts';
import { PromotionState } from '../../src/model/pipeline-status.ts';

const named: readonly (readonly [name: string, transition: Transition])[] = Object.entries(transitions);

const arrows = (name: string, { from, to }: Transition): readonly string[] =>
  from.map((state) => `    ${state === 'none' ? '[*]' : state} --> ${to}: ${name}`);

const row = (name: string, { from, to, when }: Transition): string =>
  `| ${name} | ${from.map((state) => (state === 'none' ? '(none)' : state)).join(', ')} | ${to} | ${when} |`;

const diagram = ['stateDiagram-v2', ...named.flatMap(([name, transition]) => arrows(name, transition))].join('\n');

/** The reference page of a promotion's states, from the table of transitions. */
export const promotionStatesPage =
  (): string => `<!-- Generated from src/decision/promotion-states.ts by \`npm run generate\`; edit the transitions there. -->

# The states of a promotion

\`status.environments.<env>.promotion.state\` is one of ${PromotionState.options.map((state) => `\`${state}\``).join(', ')}.
These are all changes of it that there are. The last ten promotions that have ended, or that another one has followed, are in \`history\`.

\`\`\`mermaid
${diagram}
\`\`\`

| transition | from | to | when |
| --- | --- | --- | --- |
${named.map(([name, transition]) => row(name, transition)).join('\n')}
`;
