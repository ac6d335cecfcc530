import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../support/eventually.ts';
import { aBookmark, aLine, aList, anObject, aWatch, type Answer } from '../../support/scripted-server.ts';
import { startScriptedWatch, type ScriptedWatch } from '../../support/scripted-watch.ts';

const MiB = 1024 * 1024;
const listed = aList('7', [anObject('a', '5')]);

/** Writes `chunk` so many times, never more at once than the reader takes. */
const flood =
  (times: number, before: string, chunk: string, after = ''): Answer =>
  (response) => {
    let left = times;
    const more = () => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
      response.end(after);
    };
    response.write(before);
    more();
  };

describe('watch, of a hostile server', () => {
  let ends: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  const start = (options: ScriptedWatch) => startScriptedWatch(ends, options);

  const isLost = async (watching: Awaited<ReturnType<typeof start>>, reason: string, message: RegExp) => {
    await eventually(() => assert.equal(watching.words().at(-1), `lost ${reason}`));
    const last = watching.events.at(-1);
    assert.ok(last?.type === 'lost');
    assert.match(last.failure.message, message);
  };

  const large = JSON.stringify({ metadata: { name: 'a' }, data: 'x'.repeat(64 * 1024) });

  it('does not read a list of 100 MB to its end', async () => {
    const watching = await start({ script: [flood(1600, `{"items":[${large}`, `,${large}`, ']}')] });
    await isLost(watching, 'TooMuch', /94371840 bytes.*in pages.*namespaces/);
  });

  it('does not read a stream of 100 MB to its end', async () => {
    const line = aLine('ADDED', { metadata: { name: 'a', resourceVersion: '1' }, data: 'x'.repeat(64 * 1024) });
    const watching = await start({ release: 1.35, script: [flood(1600, line, line)] });
    await isLost(watching, 'TooMuch', /94371840 bytes/);
  });

  it('counts the bytes of a list after decompression', async () => {
    const bomb = gzipSync(`{"items":[${large}${`,${large}`.repeat(1600)}]}`);
    assert.ok(bomb.length < MiB);
    const packed: Answer = (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    const watching = await start({ script: [packed] });
    await isLost(watching, 'TooMuch', /94371840 bytes/);
  });

  it('does not turn pages for ever', async () => {
    const page: Answer = (response) =>
      void response.end('{"items":[],"metadata":{"resourceVersion":"7","continue":"x"}}');
    const watching = await start({ script: Array.from({ length: 1100 }, () => page) });
    await isLost(watching, 'TooMuch', /1000 pages/);
    assert.equal(watching.server.requests.length, 1000);
  });

  it('does not count objects for ever', async () => {
    const items = Array.from({ length: 1000 }, () => '{"metadata":{"name":"a"}}').join();
    const watching = await start({ script: [flood(60, `{"items":[${items}`, `,${items}`, ']}')] });
    await isLost(watching, 'TooMuch', /50000 objects/);
  });

  it('asks again half a minute later, since a person must help', async () => {
    const items = Array.from({ length: 1000 }, () => '{"metadata":{"name":"a"}}').join();
    const watching = await start({ script: [flood(60, `{"items":[${items}`, `,${items}`, ']}'), listed, aWatch()] });
    await isLost(watching, 'TooMuch', /objects/);
    watching.time.advance(29_999);
    assert.equal(watching.requests().length, 1);
    watching.time.advance(1);
    await eventually(() => assert.equal(watching.words().at(-1), 'init-done'));
  });

  const tooMuch = flood(1600, `{"items":[${large}`, `,${large}`, ']}');
  const page = (count: number, next: string): Answer =>
    flood(count, `{"metadata":{"resourceVersion":"7","continue":"${next}"},"items":[${large}`, `,${large}`, ']}');

  it('asks in pages for a list that is too much at once, which together may be more', async () => {
    const pages = [page(800, 'second'), page(800, '')];
    const watching = await start({ script: [tooMuch, ...pages, aWatch()], random: 0.5 });
    await isLost(watching, 'TooMuch', /bytes/);
    watching.time.advance(1000);
    await eventually(() => assert.equal(watching.words().at(-1), 'init-done'));
    assert.deepEqual(watching.requests().slice(1, 3), ['list limit=100', 'list limit=100&continue=second']);
  });

  it('asks in pages, too, for what is too much for a stream', async () => {
    const line = aLine('ADDED', { metadata: { name: 'a', resourceVersion: '1' }, data: 'x'.repeat(64 * 1024) });
    const watching = await start({ release: 1.35, script: [flood(1600, line, line), listed, aWatch()], random: 0.5 });
    await isLost(watching, 'TooMuch', /bytes/);
    watching.time.advance(1000);
    await eventually(() => assert.equal(watching.words().at(-1), 'init-done'));
    assert.equal(watching.requests()[1], 'list limit=100');
  });

  it('does not read an object of 9 MiB', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const list = await start({ script: [flood(9 * 16, '{"items":[{"metadata":{"name":"', chunk)] });
    await isLost(list, 'StreamBroken', /longer than 4194304 bytes/);
    const stream = await start({ release: 1.35, script: [flood(9 * 16, '{"type":"ADDED","object":"', chunk)] });
    await isLost(stream, 'StreamBroken', /longer than 4194304 bytes/);
  });

  it('does not read 9 MiB around the objects of a list', async () => {
    const watching = await start({ script: [flood(9 * 16, '{"metadata":{"x":"', 'x'.repeat(64 * 1024))] });
    await isLost(watching, 'StreamBroken', /longer than 4194304 bytes/);
  });

  const misshapen: Readonly<Record<string, string>> = {
    'no JSON': '<html>',
    'half of it': '{"items":[{"metadata":{',
    'a number': '7',
    'an array': '[]',
    'items that are a string': '{"items":"none","metadata":{"resourceVersion":"7"}}',
    'items that are an object': '{"items":{},"metadata":{"resourceVersion":"7"}}',
    'a version that is a number': '{"items":[],"metadata":{"resourceVersion":7}}',
    'no version': '{"items":[]}',
  };
  for (const [name, body] of Object.entries(misshapen))
    it(`does not take for a list: ${name}`, async () => {
      const watching = await start({ script: [(response) => void response.end(body), listed, aWatch()], random: 0.5 });
      await isLost(watching, 'StreamBroken', /JSON|not a list/);
      watching.time.advance(10_000);
      await eventually(() => assert.equal(watching.words().at(-1), 'init-done'));
    });

  for (const body of ['7\n', '[]\n', 'null\n', '{"type":7}\n', aLine('ADDED', {}), '{"type":"ADDED","object":7}\n'])
    it(`does not take for a line of a watch: ${body.trim()}`, async () => {
      const watching = await start({ script: [listed, aWatch(body)], random: 0.5 });
      await isLost(watching, 'StreamBroken', /line|object/);
    });

  it('bears a slow list for five minutes', async () => {
    let write: () => void = () => undefined;
    const slow: Answer = (response) => {
      write = () => void response.write(',{"metadata":{"name":"a"}}');
      response.write('{"items":[{}');
    };
    const watching = await start({ script: [slow] });
    await watching.says('init', 'init-apply undefined');
    for (let count = 3; count < 17; count += 1) {
      watching.time.advance(20_000);
      write();
      await eventually(() => assert.equal(watching.words().length, count));
    }
    watching.time.advance(20_000);
    await isLost(watching, 'StreamBroken', /nothing came|took/);
  });

  it('takes bytes that never make a line for silence', async () => {
    let drip: () => void = () => undefined;
    const slow: Answer = (response) => {
      response.write(aBookmark('8'));
      drip = () => void response.write('x');
    };
    const watching = await start({ script: [listed, slow] });
    await watching.says('init', 'init-apply a', 'init-done');
    await eventually(() => {
      drip();
      watching.time.advance(20_000);
      assert.equal(watching.words().at(-1), 'lost StreamBroken');
    });
    await isLost(watching, 'StreamBroken', /nothing came/);
  });
});
