import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where in what the server sends over one connection: behind so many bytes, or right behind the first place of this text. */
type Place = number | string;

/**
 * What becomes of a connection, once what the server sends over it has come to `after`: counted from the first request that
 * holds the text `on`, or else from the first byte.
 */
export type Fault = { readonly after: Place; readonly on?: string } & (
  | { readonly type: 'drop' }
  | { readonly type: 'reset' }
  /** Nothing comes any more, until `release`. */
  | { readonly type: 'stall' }
  /** The server is gone, and the client is never told. */
  | { readonly type: 'half-open' }
  /** From here on, so many bytes at a time. */
  | { readonly type: 'slow'; readonly bytes: number }
  /** The next byte comes as another. */
  | { readonly type: 'garble' }
  /** The client gets this as well; `ends`: and then the end of the connection. */
  | { readonly type: 'insert'; readonly text: string; readonly ends?: boolean }
  /** The client gets `head`, and then `text` again and again, for as long as it reads. */
  | { readonly type: 'endless'; readonly head: string; readonly text: string }
);

/** A network between a client and a server, as bad as it is told to be. What is encrypted goes through it untouched. */
export interface FaultProxy {
  /** Its own address, with the protocol of the server's. */
  readonly url: string;
  /** How many connections were made so far, and how many are open. */
  readonly made: () => number;
  readonly open: () => number;
  /** The n-th of the connections to come gets the n-th fault; those beyond are left in peace. */
  readonly next: (...faults: readonly (Fault | undefined)[]) => void;
  /** Every connection to come gets what this says; `undefined` is peace. */
  readonly each: (faultOf: () => Fault | undefined) => void;
  /** Gives a fault to the open connections; places are counted from now, and `after: 0` is now. */
  readonly strike: (fault: Fault) => void;
  /** Lets what has stalled go on. */
  readonly release: () => void;
  /** Leads connections to come to another server. */
  readonly lead: (server: string) => void;
  readonly close: () => Promise<void>;
}

/** Starts such a network before the server at a URL, on loopback. */
export const startFaultProxy = async (server: string): Promise<FaultProxy> => {
  const relays = new Set<Relay>();
  let upstream = new URL(server);
  let faultOf = (): Fault | undefined => undefined;
  let made = 0;
  const proxy = createServer((client) => {
    made += 1;
    const relay = startRelay(client, connect(Number(upstream.port), upstream.hostname), faultOf());
    relays.add(relay);
    client.on('close', () => relays.delete(relay));
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `${upstream.protocol}//127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    made: () => made,
    open: () => relays.size,
    next: (...faults) => {
      const left = [...faults];
      faultOf = () => left.shift();
    },
    each: (told) => (faultOf = told),
    strike: (fault) => relays.forEach((relay) => relay.strike(fault)),
    release: () => relays.forEach((relay) => relay.release()),
    lead: (to) => (upstream = new URL(to)),
    close: async () => {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const relay of relays) relay.end();
      await closed;
    },
  };
};

interface Relay {
  readonly strike: (fault: Fault) => void;
  readonly release: () => void;
  readonly end: () => void;
}

/** Carries bytes between two sockets until `fault` comes due. */
const startRelay = (client: Socket, server: Socket, first: Fault | undefined): Relay => {
  let fault = first;
  let place = createPlaceFinder();
  let asked = fault?.on === undefined;
  let held: Buffer | undefined;
  let left = false;

  const pass = (chunk: Buffer): void => {
    const at = fault && asked ? place(fault.after, chunk) : undefined;
    if (fault === undefined || at === undefined) {
      client.write(chunk);
      return;
    }
    const due = fault;
    fault = undefined;
    client.write(chunk.subarray(0, at));
    befall(due, chunk.subarray(at));
  };

  const befall = (due: Fault, rest: Buffer): void => {
    switch (due.type) {
      case 'drop':
        client.end();
        server.destroy();
        break;
      case 'reset':
        client.resetAndDestroy();
        server.destroy();
        break;
      case 'stall':
        server.pause();
        held = rest;
        break;
      case 'half-open':
        left = true;
        server.destroy();
        break;
      case 'slow':
        void trickle(rest, due.bytes);
        break;
      case 'garble':
        pass(Buffer.concat([Buffer.from('#').subarray(0, rest.length), rest.subarray(1)]));
        break;
      case 'endless':
        server.destroy();
        left = true;
        client.write(due.head);
        flood(Buffer.from(due.text));
        break;
      case 'insert':
        client.write(due.text);
        if (due.ends) befall({ type: 'drop', after: 0 }, rest);
        else pass(rest);
    }
  };

  const flood = (text: Buffer): void => {
    while (!client.destroyed && client.write(text));
    if (!client.destroyed) client.once('drain', () => flood(text));
  };

  const trickle = async (rest: Buffer, bytes: number): Promise<void> => {
    const step = async (chunk: Buffer) => {
      for (let at = 0; at < chunk.length && !client.destroyed; at += bytes) {
        client.write(chunk.subarray(at, at + bytes));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    server.removeAllListeners('data');
    let last = step(rest);
    server.on('data', (chunk: Buffer) => {
      last = last.then(() => step(chunk));
    });
    await last;
  };

  client.setNoDelay(true);
  server.setNoDelay(true);
  client.on('data', (chunk: Buffer) => {
    asked ||= fault?.on === undefined || chunk.includes(fault.on);
    server.write(chunk);
  });
  server.on('data', pass);
  for (const socket of [client, server]) socket.on('error', () => undefined);
  client.on('close', () => server.destroy());
  server.on('end', () => left || client.end());
  server.on('close', () => left || held || client.destroySoon());
  return {
    strike: (struck) => {
      fault = struck;
      place = createPlaceFinder();
      asked = fault.on === undefined;
      if (fault.after === 0) pass(Buffer.alloc(0));
    },
    release: () => {
      if (held === undefined) return;
      const rest = held;
      held = undefined;
      pass(rest);
      server.resume();
      if (server.destroyed) client.destroySoon();
    },
    end: () => {
      client.destroy();
      server.destroy();
    },
  };
};

/** Says behind which byte of this chunk the place is; a text may lie in several chunks. */
const createPlaceFinder = (): ((after: Place, chunk: Buffer) => number | undefined) => {
  let gone = 0;
  let tail = '';
  return (after, chunk) => {
    const begun = gone;
    gone += chunk.length;
    if (typeof after === 'number') return gone >= after ? Math.max(after - begun, 0) : undefined;
    const text = tail + chunk.toString('latin1');
    const found = text.indexOf(after);
    const at = found + after.length - tail.length;
    tail = text.slice(1 - after.length);
    return found === -1 ? undefined : at;
  };
};

/** One chunk of a body in HTTP's chunked encoding, for `insert`. */
export const aChunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** What ends such a body cleanly. */
export const lastChunk = '0\r\n\r\n';

/** The end of the headers of a watch's answer. */
export const watchTaken = 'Transfer-Encoding: chunked\r\n\r\n';
