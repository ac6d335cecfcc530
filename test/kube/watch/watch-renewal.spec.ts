import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { aLine, aList, anObject, aStatus, aWatch, type Answer } from '../../support/scripted-server.ts';
import { startScriptedWatch, type ScriptedWatch } from '../../support/scripted-watch.ts';

const listed = aList('7', [anObject('a', '5')]);
const list = 'list resourceVersion=0&limit=100';
const first = ['init', 'init-apply a', 'init-done'];

describe('watch, when its credentials are renewed', () => {
  let ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  const start = (options: ScriptedWatch) => startScriptedWatch(ends, options);

  it('watches again from the last version, without a list and without a word', async () => {
    const watching = await start({
      script: [listed, aWatch(aLine('MODIFIED', anObject('a', '8'))), aWatch(aLine('ADDED', anObject('b', '9')))],
    });
    await watching.says(...first, 'apply a');
    watching.renew();
    await watching.says(...first, 'apply a', 'apply b');
    assert.deepEqual(watching.requests(), [list, 'watch 7', 'watch 8']);
    await eventually(() => assert.equal(watching.server.openSockets(), 1));
  });

  it('leaves untold what comes with the line at which they are, and is told it again', async () => {
    const [eighth, ninth] = [aLine('MODIFIED', anObject('a', '8')), aLine('ADDED', anObject('b', '9'))];
    const watching = await start({
      script: [listed, aWatch(eighth + ninth), aWatch(ninth)],
      atFirstApply: (renew) => {
        renew();
      },
    });
    await watching.says(...first, 'apply a', 'apply b');
    assert.deepEqual(watching.requests(), [list, 'watch 7', 'watch 8']);
  });

  it('does not wait any longer', async () => {
    const watching = await start({ script: [listed, aStatus(401, 'Unauthorized'), aWatch()], random: 0.9 });
    await watching.says('init', 'init-apply a', 'lost Unauthorized');
    watching.renew();
    await watching.says('init', 'init-apply a', 'lost Unauthorized', 'init-done');
    assert.deepEqual(watching.requests(), [list, 'watch 7', 'watch 7']);
  });

  it('asks again for what was not answered', async () => {
    const silent: Answer = () => undefined;
    const watching = await start({ script: [silent, listed, aWatch()] });
    await watching.asks(list);
    watching.renew();
    await watching.says(...first);
  });

  it('begins the page of a list again that was being read', async () => {
    const half: Answer = (response) => void response.write('{"items":[{"metadata":{"name":"b"}}');
    const page = aList('7', [anObject('a', '5')], 'more');
    const watching = await start({ script: [page, half, aList('7', [anObject('b', '6')]), aWatch()] });
    await watching.says('init', 'init-apply a', 'init-apply b');
    watching.renew();
    await watching.says('init', 'init-apply a', 'init-apply b', 'init-apply b', 'init-done');
  });
});
