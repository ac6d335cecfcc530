import { aChunk, type Fault } from './fault-proxy.ts';
import { watchThroughFaults, type Watching } from './watch-through-faults.ts';

/** What a watch says first where nothing goes wrong. */
export const first = ['init', 'init-apply a', 'init-apply b', 'init-done'];

/** What is in the path of every list and watch. */
export const things = '/configmaps';

/** A line of a watch. */
export const line = (event: object): string => `${JSON.stringify(event)}\n`;

/** An ERROR event, as one chunk of a watch. */
export const errorEvent = (code: number, reason: string): string =>
  aChunk(line({ type: 'ERROR', object: { kind: 'Status', code, reason, message: reason } }));

/** The client gets this now. */
export const inserted = (text: string): Fault => ({ type: 'insert', after: 0, text });

/** A list or watch is answered by this status. */
export const refusal = (status: string): Fault => ({
  type: 'insert',
  on: things,
  after: 0,
  text: `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  ends: true,
});

type Options = Parameters<typeof watchThroughFaults>[1];

/** What a row of the table may use; everything that `ends` is told is ended after each test, last first. */
export interface FaultTable {
  /** Of the server's Kubernetes version. */
  readonly minor: number;
  /** The requests of a watch until it stands at a version, and how it asks for everything again. */
  readonly begin: (version: string) => readonly string[];
  readonly again: 'list' | 'stream';
  readonly ends: { readonly push: (...ends: readonly (() => void | Promise<void>)[]) => void };
  readonly start: (options?: Options) => Promise<Watching>;
  /** As `start`, once the first state was told. */
  readonly watching: (options?: Options) => Promise<Watching>;
}

const servers = [
  {
    title: 'a server that lists',
    minor: 33,
    begin: (version: string) => [`list 0`, `watch ${version}`],
    again: 'list',
  },
  { title: 'a server that streams', minor: 35, begin: () => ['stream 0'], again: 'stream' },
] as const;

/** Runs rows of the fault table with a server that lists, and with one that streams the first state. */
export const faultTable = (rows: (table: FaultTable) => void): void => {
  for (const { title, ...server } of servers)
    describe(`the fault table, with ${title}`, () => {
      const ends: (() => void | Promise<void>)[] = [];
      afterEach(async () => {
        for (const end of ends.splice(0).reverse()) await end();
      });
      const start: FaultTable['start'] = (options) => watchThroughFaults(ends, { minor: server.minor, ...options });
      const watching: FaultTable['watching'] = async (options) => {
        const started = await start(options);
        await started.says(...first);
        return started;
      };
      rows({ ...server, ends, start, watching });
    });
};
