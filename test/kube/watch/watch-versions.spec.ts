import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.ts';
import { aLine, aList, anEndingWatch, anObject, aWatch, type Answer } from '../../support/scripted-server.ts';
import { startScriptedWatch, things } from '../../support/scripted-watch.ts';

const serves =
  (...versions: readonly string[]): Answer =>
  (response) =>
    void response.end(JSON.stringify({ versions: versions.map((version) => ({ version })) }));
const notFound: Answer = (response) =>
  void response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
const listed = aList('7', [anObject('a', '5')]);
const first = ['init', 'init-apply a', 'init-done'];

describe('watch, of a resource in several versions', () => {
  let ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  const start = async (...script: readonly Answer[]) => {
    const watching = await startScriptedWatch(ends, { script, resource: { ...things, versions: ['v2', 'v1'] } });
    const versions = () => watching.server.requests.map((path) => /v\d/.exec(path)?.[0] ?? 'group');
    return { ...watching, versions };
  };

  it('notices at a clean end that a better one is served now', async () => {
    const modified = aLine('MODIFIED', anObject('a', '8'));
    const watching = await start(
      serves('v1'),
      listed,
      anEndingWatch(modified),
      serves('v2', 'v1'),
      serves('v2', 'v1'),
      listed,
      aWatch(),
    );
    await watching.says(...first, 'apply a', ...first);
    assert.deepEqual(watching.versions(), ['group', 'v1', 'v1', 'group', 'group', 'v2', 'v2']);
  });

  it('goes on watching at a clean end when no better one is served', async () => {
    const modified = aLine('MODIFIED', anObject('a', '8'));
    const watching = await start(serves('v1'), listed, anEndingWatch(modified), serves('v1'), aWatch());
    await watching.says(...first, 'apply a');
    await watching.asks(...['group', 'list resourceVersion=0&limit=100', 'watch 7', 'group', 'watch 8']);
  });

  it('takes at once the next best when its own is not served any more', async () => {
    const modified = aLine('MODIFIED', anObject('a', '8'));
    const watching = await start(
      serves('v2', 'v1'),
      listed,
      anEndingWatch(modified),
      notFound,
      serves('v1'),
      listed,
      aWatch(),
    );
    await watching.says(...first, 'apply a', 'lost NotServed', ...first);
    assert.deepEqual(watching.versions(), ['group', 'v2', 'v2', 'v2', 'group', 'v1', 'v1']);
  });

  it('notices that its definition was deleted, and that it was made again', async () => {
    const watching = await start(
      serves('v2'),
      listed,
      anEndingWatch(aLine('DELETED', anObject('a', '8'))),
      notFound,
      notFound,
      serves('v2'),
      aList('9', [anObject('b', '9')]),
      aWatch(),
    );
    await watching.says(...first, 'delete a', 'lost NotServed');
    const again = ['init', 'init-apply b', 'init-done'];
    await eventually(() => {
      watching.time.advance(10_000);
      assert.deepEqual(watching.words(), [...first, 'delete a', 'lost NotServed', ...again]);
    });
  });
});
