import assert from 'node:assert/strict';
import { promotionStatesPage } from '../../../scripts/generate/promotion-states-page.ts';
import { transitions } from '../../../src/decision/promotion-states.ts';
import { PromotionState } from '../../../src/model/pipeline-status.ts';
import { fencedBlocks } from '../../support/fenced-blocks.ts';

describe('the reference of promotion states', () => {
  const [diagram = ''] = fencedBlocks(promotionStatesPage(), 'mermaid');
  const arrows = [...diagram.matchAll(/^ {4}(\S+) --> (\S+): (\S+)$/gm)].map(([, from, to, name]) => ({
    from,
    to,
    name,
  }));

  it('draws every transition, from each of its states', () => {
    assert.equal(diagram.trim().split('\n').length, arrows.length + 1, 'each line but the first is an arrow');
    for (const [name, { from, to }] of Object.entries(transitions))
      assert.deepEqual(
        arrows.filter((arrow) => arrow.name === name),
        from.map((state) => ({ from: state === 'none' ? '[*]' : state, to, name })),
      );
  });

  it('reaches every state from the start', () => {
    const reached = new Set(['[*]']);
    let before = 0;
    while (before < reached.size) {
      before = reached.size;
      for (const { from = '', to = '' } of arrows) if (reached.has(from)) reached.add(to);
    }
    assert.deepEqual([...reached].sort(), ['[*]', ...PromotionState.options].sort());
  });
});
