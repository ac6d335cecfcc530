import { FailureError } from '../model/failure.ts';
import { wholeOf, type Remote } from './remote.ts';
import { flush, parsePktLines, pktLine, pktLines } from './pkt-line.ts';

const service = 'git-upload-pack';

/** Larger advertisements of references are not read. */
export const maxRefsBytes = 64 * 1024 * 1024;

/** What the server of a repository can do when it is read from. */
export const readCapabilities = async (remote: Remote): Promise<readonly string[]> => {
  const [, first] = parsePktLines(
    await wholeOf(await remote.ask({ path: `/info/refs?service=${service}` }), maxRefsBytes),
  );
  return (first?.toString().split('\0')[1] ?? '').trim().split(' ');
};

/** What is asked for: a commit with everything in it, told from commits of which everything is here already. */
export interface Want {
  readonly oid: string;
  /** The commits that are here, without their parents. */
  readonly have: readonly string[];
  /** Without the history, which also makes the server send everything anew that is here. */
  readonly alone: boolean;
  /** Not even what the commit's folder holds, where the server knows how to leave that out. */
  readonly commitOnly?: boolean;
}

const isFilter = (capabilities: readonly string[], want: Want) =>
  want.commitOnly === true && capabilities.includes('filter');

const bodyOf = (want: Want, capabilities: readonly string[]): Buffer => {
  const offered = ['side-band-64k', 'ofs-delta', 'no-progress'].filter((name) => capabilities.includes(name));
  const filter = isFilter(capabilities, want);
  const wanted = [...offered, ...(filter ? ['filter'] : []), 'agent=leafwatch'].join(' ');
  return Buffer.concat([
    pktLine(`want ${want.oid} ${wanted}\n`),
    ...want.have.map((oid) => pktLine(`shallow ${oid}\n`)),
    ...(want.alone ? [pktLine('deepen 1\n')] : []),
    ...(filter ? [pktLine('filter tree:0\n')] : []),
    flush,
    ...(want.alone ? [] : want.have.map((oid) => pktLine(`have ${oid}\n`))),
    pktLine('done\n'),
  ]);
};

const refused = ({ url }: Remote, words: string) =>
  new FailureError({ remedy: 'retry', reason: 'FetchRefused', message: `${url} cannot be read: ${words}` });

const inWords = (line: Buffer) =>
  line
    .toString()
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);

/**
 * The pack that answers a want, as it arrives (gitprotocol-pack). Undefined when the server knows nothing of what is here, so
 * that all of the history would come.
 */
export const downloadPack = async (
  remote: Remote,
  capabilities: readonly string[],
  want: Want,
): Promise<AsyncGenerator<Buffer, void, void> | undefined> => {
  const answer = await remote.ask({
    path: `/${service}`,
    post: {
      headers: { 'content-type': `application/x-${service}-request`, accept: `application/x-${service}-result` },
      body: bodyOf(want, capabilities),
    },
  });
  const lines = pktLines(answer);
  for (;;) {
    const { value: line } = await lines.next();
    if (!line) throw refused(remote, 'the answer holds no pack');
    const words = inWords(line);
    if (words.startsWith('ERR ')) throw refused(remote, words.slice(4));
    if (words.startsWith('ACK ')) break;
    if (words !== 'NAK') continue;
    if (want.alone) break;
    await lines.return();
    return undefined;
  }
  return packIn(remote, lines);
};

/** What the side band carries, without the server's talk of progress. */
async function* packIn(remote: Remote, lines: AsyncGenerator<Buffer, void, void>): AsyncGenerator<Buffer, void, void> {
  for await (const line of lines) {
    if (line[0] === 3) throw refused(remote, inWords(line.subarray(1)));
    if (line[0] === 1) yield line.subarray(1);
  }
}
