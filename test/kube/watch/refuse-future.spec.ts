import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import {
  aBookmark,
  aList,
  anEndingWatch,
  anObject,
  aStatus,
  aWatch,
  type Answer,
} from '../../support/scripted-server.ts';
import { startScriptedWatch } from '../../support/scripted-watch.ts';

const begin = 'list resourceVersion=0&limit=100';
const question = 'list limit=1&resourceVersion=7&resourceVersionMatch=NotOlderThan';
const first = ['init', 'init-apply a', 'init-done'];

describe('whether a version is from the future, asked after a watch that was silent to its end', () => {
  let ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });

  /** A watch that has ended in silence, before a server that then answers so. */
  const ask = async (...answers: readonly Answer[]) => {
    let end: () => void = () => undefined;
    const silent: Answer = (response) => {
      response.flushHeaders();
      end = () => response.end();
    };
    const script = [aList('7', [anObject('a', '5')]), silent, ...answers, aWatch()];
    const watching = await startScriptedWatch(ends, { script });
    await watching.says(...first);
    await watching.waits(150_000);
    watching.time.advance(240_000);
    end();
    return watching;
  };

  it('is not asked of more than a megabyte of the answer', async () => {
    let written = 0;
    const endless: Answer = (response) => {
      const chunk = 'x'.repeat(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      response.write('{"items":["');
      more();
    };
    const watching = await ask(endless);
    await watching.asks(begin, 'watch 7', question, 'watch 7');
    await watching.says(...first);
    assert.ok(written < 16 * 1024 * 1024, `${written} bytes were taken from the server`);
  });

  it('is not asked where bookmarks come, since silence is told by them', async () => {
    let end: () => void = () => undefined;
    const silent: Answer = (response) => {
      response.flushHeaders();
      end = () => response.end();
    };
    const script = [aList('7', []), anEndingWatch(aBookmark('8')), silent, aWatch()];
    const watching = await startScriptedWatch(ends, { script });
    await watching.asks(begin, 'watch 7', 'watch 8');
    await watching.waits(150_000);
    watching.time.advance(100_000);
    end();
    await watching.asks(begin, 'watch 7', 'watch 8', 'watch 8');
  });

  it('and not answered: that is a loss', async () => {
    const gone: Answer = (response) => response.destroy();
    // A connection that was used before is tried again unasked.
    const watching = await ask(gone, gone);
    await watching.says(...first, 'lost Unreachable');
    await watching.asks(begin, 'watch 7', question, question, 'watch 7');
  });

  it('and answered by half: so is that', async () => {
    const half: Answer = (response) => void response.write('{"items":[{', () => response.destroy());
    const watching = await ask(half);
    await watching.says(...first, 'lost StreamBroken');
    await watching.asks(begin, 'watch 7', question, 'watch 7');
  });

  it('and refused for another reason: the next watch tells', async () => {
    const watching = await ask(aStatus(503, 'away'));
    await watching.asks(begin, 'watch 7', question, 'watch 7');
    await watching.says(...first);
  });

  it('and so it is: everything is asked for anew', async () => {
    const tooLarge = aStatus(504, 'Timeout: Too large resource version: 7, current: 3');
    const watching = await ask(tooLarge, aList('3', []));
    await watching.says(...first, 'lost VersionFromTheFuture', 'init', 'init-done');
    await eventually(() => assert.deepEqual(watching.requests().slice(2), [question, 'list limit=100', 'watch 3']));
  });
});
