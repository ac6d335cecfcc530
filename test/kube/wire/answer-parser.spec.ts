import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { staysOpen } from '../../../src/kube/wire/answer-head.ts';
import { answerParser } from '../../../src/kube/wire/answer-parser.ts';

/** What a parser tells of pieces of bytes, of which the last is followed by the end of the connection where `closed`. */
const read = (pieces: readonly Buffer[], closed = false): readonly string[] => {
  const told: string[] = [];
  let body = '';
  const parser = answerParser({
    head: ({ status, statusText, headers }) => told.push(`${status} ${statusText}`, JSON.stringify(headers)),
    body: (piece) => (body += piece.toString('latin1')),
    end: () => told.push(body, 'end'),
  });
  for (const piece of pieces) parser.write(piece);
  if (closed) parser.close();
  return told;
};

const readAll = (bytes: string, closed = false) => read([Buffer.from(bytes, 'latin1')], closed);

/** What Node's own client makes of the bytes: the status and the body, or that it takes them for none. */
const readByNode = async (bytes: string): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes, 'latin1'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const asked = http.get({ port, host: '127.0.0.1', agent: false });
    asked.on('error', () => undefined);
    const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
    return `${response.statusCode ?? 0} ${await text(response)}`;
  } catch {
    return 'refused';
  } finally {
    server.close();
  }
};

const taken: Readonly<Record<string, string>> = {
  'a length': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
  chunks: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
  'chunks with extensions and trailers':
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nx-sum: 1\r\n\r\n',
  'its end': 'HTTP/1.0 200 OK\r\n\r\n{}',
  'an interim answer': 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
  'no reason': 'HTTP/1.1 404 \r\nContent-Length: 9\r\n\r\nnot found',
  'no body': 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
};

const refused: Readonly<Record<string, string>> = {
  'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n\r\n',
  'a length and chunks':
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x',
  'a length that is none': 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}',
  'a header without a name': 'HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\n{}',
  'a space before the colon': 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}',
  'a chunk without a size': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n{}\r\n0\r\n\r\n',
  'a chunk longer than it says': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n',
  'an end before all of its length': 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}',
  'an end before the last chunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n',
  'a head that never ends': `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`,
};

describe('answerParser', () => {
  for (const [name, bytes] of Object.entries(taken))
    it(`reads an answer with ${name}, as Node's client does`, async () => {
      const [status = '', , body = '', ...rest] = readAll(bytes, true);
      assert.equal(`${status.slice(0, 3)} ${body}`, await readByNode(bytes));
      assert.deepEqual(rest, ['end']);
    });

  for (const [name, bytes] of Object.entries(refused))
    it(`refuses ${name}, as Node's client does`, async () => {
      assert.throws(() => readAll(bytes, true), { name: 'BrokenStreamError' });
      assert.equal(await readByNode(bytes), 'refused');
    });

  it('refuses what it was not to be asked for: other encodings, other protocols, and what follows the end', () => {
    for (const bytes of [
      'HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\nContent-Length: 2\n\n{}',
      'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: \xa02\r\n\r\n{}',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(70_000)}`,
    ])
      assert.throws(() => readAll(bytes), { name: 'BrokenStreamError' });
  });

  it('takes no time for a header that is made to take some', () => {
    const blanks = (count: number) => ' '.repeat(count);
    const begun = performance.now();
    assert.throws(() => readAll(`HTTP/1.1 200 OK\r\na:${blanks(2000)}\rb\r\n\r\n`), { name: 'BrokenStreamError' });
    readAll(`HTTP/1.1 200 OK\r\na: b${blanks(60_000)}c\r\n\r\n`);
    assert.ok(
      staysOpen({ version: '1.1', status: 200, statusText: '', headers: { connection: `a${blanks(60_000)}b` } }),
    );
    assert.ok(performance.now() - begun < 1000);
  });

  it('joins a header that comes twice, and finds it whatever its case', () => {
    const [, headers] = readAll('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nVary: a\r\nvary: b\r\n\r\n');
    assert.deepEqual(JSON.parse(headers ?? ''), { 'retry-after': '3', vary: 'a, b' });
  });

  it('takes no header for a member that all objects have', () => {
    const [, headers] = readAll('HTTP/1.1 200 OK\r\n__proto__: x\r\nconstructor: y\r\n\r\n');
    assert.equal(headers, '{"__proto__":"x","constructor":"y"}');
  });

  const seed = Number(process.env['LEAFWATCH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  it(`reads the same wherever the bytes are cut (seed ${seed})`, () => {
    const body = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 8 });
    const framed = fc.constantFrom('length', 'chunked', 'close');
    const cuts = fc.array(fc.nat(600), { maxLength: 40 });
    fc.assert(
      fc.property(body, framed, cuts, (parts, framing, at) => {
        const whole = parts.join('');
        const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
        const bytes = {
          length: `HTTP/1.1 200 OK\r\nContent-Length: ${whole.length}\r\n\r\n${whole}`,
          chunked: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
          close: `HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${whole}`,
        }[framing];
        const ends = [...new Set([...at, bytes.length])].filter((end) => end <= bytes.length).sort((a, b) => a - b);
        const pieces = ends.map((end, index) => Buffer.from(bytes.slice(ends[index - 1] ?? 0, end), 'latin1'));
        assert.deepEqual(read(pieces, framing === 'close').slice(2), [whole, 'end']);
      }),
      { seed, numRuns: 500 },
    );
  });
});
