import { FailureError, type Failure, type Remedy } from '../model/failure.ts';
import { wholeOf, type Remote } from './remote.ts';
import { flush, parsePktLines, pktLine } from './pkt-line.ts';
import { maxRefsBytes } from './upload-pack.ts';

/** What a repository says to someone who wants to push: the object id of each branch. */
export interface RemoteBranches {
  readonly branches: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
}

/** Moves a branch from the object that it must still be at (undefined: it must not be there yet) to another (undefined: away). */
export interface BranchUpdate {
  readonly branch: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const service = 'git-receive-pack';
const absent = '0'.repeat(40);
const maxReportBytes = 1024 * 1024;

const ofAnotherHash = (url: string) =>
  new FailureError({
    remedy: 'give-up',
    reason: 'RepositoryUnreadable',
    message: `${url} names its objects by SHA-256: only SHA-1, which all forges use, can be read`,
  });

/** Lists the branches by the request that a push begins with, so that whoever may not push learns it before anything is made. */
export const listBranches = async (remote: Remote): Promise<RemoteBranches> => {
  const answer = await wholeOf(await remote.ask({ path: `/info/refs?service=${service}` }), maxRefsBytes);
  const [, ...lines] = parsePktLines(answer).map((line) => line.toString().trimEnd());
  const [, said = ''] = lines[0]?.split('\0') ?? [];
  const capabilities = said.trim().split(' ');
  if (capabilities.includes('object-format=sha256')) throw ofAnotherHash(remote.url);
  const branches = new Map<string, string>();
  for (const line of lines) {
    const [, oid, branch] = /^([0-9a-f]{40}) refs\/heads\/([^\0]+)/.exec(line) ?? [];
    if (oid !== undefined && branch !== undefined) branches.set(branch, oid);
  }
  return { branches, capabilities };
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
  /declined|protect|denied|deny|prohibit|permission|not allowed|unauthori[sz]ed|quota|exceed|read.?only/i.test(why)
    ? 'give-up'
    : 'retry';

const refusal = (url: string, { branch, to }: BranchUpdate, why: string): Failure => ({
  remedy: remedyFor(why),
  reason: 'PushRejected',
  message: `${url} did not ${to === undefined ? 'delete' : 'take'} branch ${branch}: ${why}`,
});

/** Why a branch was not moved, in the server's own words; undefined when it was. */
const verdictOn = (
  url: string,
  update: BranchUpdate,
  { report, words }: ReturnType<typeof readReport>,
): Failure | undefined => {
  const ref = `refs/heads/${update.branch}`;
  if (report.includes(`ok ${ref}`)) return undefined;
  const verdict = report.find((line) => line.startsWith(`ng ${ref} `))?.slice(`ng ${ref} `.length);
  const unpacked = report[0] === 'unpack ok' ? 'nothing was said about it' : report[0];
  return refusal(url, update, [verdict ?? unpacked ?? 'no report', words].filter((part) => part !== '').join(': '));
};

/**
 * Moves branches in one receive-pack request that carries the new objects alone (gitprotocol-pack), each with its old object id
 * as compare-and-swap. Resolves with why a branch was not moved, for each that was not.
 */
export const pushBranches = async (
  remote: Remote,
  capabilities: readonly string[],
  updates: readonly BranchUpdate[],
  pack: Buffer | undefined,
): Promise<ReadonlyMap<string, Failure>> => {
  const wanted = ['report-status', 'side-band-64k', 'delete-refs'].filter((name) => capabilities.includes(name));
  const commands = updates.map(({ branch, from = absent, to = absent }, index) =>
    pktLine(`${from} ${to} refs/heads/${branch}${index > 0 ? '' : `\0${[...wanted, 'agent=leafwatch'].join(' ')}`}`),
  );
  const answer = await remote.ask({
    path: `/${service}`,
    post: {
      headers: { 'content-type': `application/x-${service}-request`, accept: `application/x-${service}-result` },
      body: Buffer.concat([...commands, flush, ...(pack ? [pack] : [])]),
    },
  });
  const report = readReport(await wholeOf(answer, maxReportBytes), wanted.includes('side-band-64k'));
  const refused = updates.flatMap((update) => {
    const failure = verdictOn(remote.url, update, report);
    return failure ? [[update.branch, failure] as const] : [];
  });
  return new Map(refused);
};
