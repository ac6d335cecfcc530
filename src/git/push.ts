import { FailureError, type Remedy } from '../model/failure.ts';
import { askRemote, type Remote } from './git-http.ts';
import { flush, parsePktLines, pktLine } from './pkt-line.ts';

/** What a repository says to someone who wants to push: the object id of each branch. */
export interface RemoteBranches {
  readonly branches: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
}

/** Moves a branch from the object that it must still be at (undefined: it must not be there yet) to another. */
export interface BranchUpdate {
  readonly branch: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly pack: Uint8Array;
}

const service = 'git-receive-pack';
const absent = '0'.repeat(40);

/** Lists the branches by the request that a push begins with, so that whoever may not push learns it before anything is made. */
export const listBranches = async (remote: Remote): Promise<RemoteBranches> => {
  const response = await askRemote(remote, `/info/refs?service=${service}`, { method: 'GET', headers: {} });
  const [, ...lines] = parsePktLines(Buffer.from(await response.arrayBuffer())).map((line) =>
    line.toString().trimEnd(),
  );
  const [, capabilities = ''] = lines[0]?.split('\0') ?? [];
  const branches = new Map<string, string>();
  for (const line of lines) {
    const [, oid, branch] = /^([0-9a-f]{40}) refs\/heads\/([^\0]+)/.exec(line) ?? [];
    if (oid !== undefined && branch !== undefined) branches.set(branch, oid);
  }
  return { branches, capabilities: capabilities.trim().split(' ') };
};

/** The report and what the server's hooks printed, taken out of the side band where there is one. */
const readReport = (answer: Buffer, sideBand: boolean) => {
  const lines = parsePktLines(answer);
  const band = (number: number) =>
    Buffer.concat(lines.filter((line) => line[0] === number).map((line) => line.subarray(1)));
  const report = sideBand ? parsePktLines(band(1)) : lines;
  return {
    report: report.map((line) => line.toString().trimEnd()),
    words: sideBand
      ? Buffer.concat([band(2), band(3)])
          .toString()
          .replace(/[\p{C}\s]+/gu, ' ')
          .trim()
          .slice(0, 500)
      : '',
  };
};

/** A refusal that stays until a person changes something; every other is worth another look at the repository. */
const remedyFor = (why: string): Remedy =>
  /declined|protect|denied|deny|prohibit|permission|not allowed|unauthori[sz]ed|quota|read.?only/i.test(why)
    ? 'give-up'
    : 'retry';

/** Sends one receive-pack command, and what it needs; throws with the server's own words when it was not obeyed. */
const send = async (
  remote: Remote,
  capabilities: readonly string[],
  { branch, from = absent, to, pack }: Omit<BranchUpdate, 'pack'> & { readonly pack?: Uint8Array },
): Promise<void> => {
  const wanted = ['report-status', 'side-band-64k'].filter((capability) => capabilities.includes(capability));
  const command = pktLine(`${from} ${to} refs/heads/${branch}\0${[...wanted, 'agent=leafwatch'].join(' ')}`);
  const response = await askRemote(remote, `/${service}`, {
    method: 'POST',
    headers: { 'content-type': `application/x-${service}-request`, accept: `application/x-${service}-result` },
    body: Buffer.concat([command, flush, ...(pack ? [pack] : [])]),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  const { report, words } = readReport(answer, wanted.includes('side-band-64k'));
  if (report.includes(`ok refs/heads/${branch}`)) return;
  const verdict = report.find((line) => line.startsWith('ng ')) ?? report[0] ?? 'no report';
  const why = [verdict.replace(/^ng \S+ /, ''), words].filter((part) => part !== '').join(': ');
  throw new FailureError({
    remedy: remedyFor(why),
    reason: 'PushRejected',
    message: `${remote.url} did not ${to === absent ? 'delete' : 'take'} branch ${branch}: ${why}`,
  });
};

/**
 * Pushes one branch: a receive-pack request that carries the new objects alone (gitprotocol-pack), with the old object id as
 * compare-and-swap. Throws a FailureError with the server's own words when the branch was not moved.
 */
export const pushBranch = (remote: Remote, capabilities: readonly string[], update: BranchUpdate): Promise<void> =>
  send(remote, capabilities, update);

/** Deletes a branch that must still be at `from`. */
export const deleteBranch = (
  remote: Remote,
  capabilities: readonly string[],
  { branch, from }: { readonly branch: string; readonly from: string },
): Promise<void> => send(remote, capabilities, { branch, from, to: absent });
