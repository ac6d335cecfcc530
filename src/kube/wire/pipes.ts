import { isDeepStrictEqual } from 'node:util';
import { TLSSocket } from 'node:tls';
import type { Destroyable } from '../../web/tunnel.ts';
import { openPipe, type Destination, type Pipe, type Security } from './pipe.ts';

/** The connections with one server, of which those that are not in use are kept. */
export interface Pipes {
  /** One that is kept (`used`), unless it is to be a new one. Rejects when none stands in time, or `signal` is aborted. */
  readonly take: (
    security: Security,
    signal: AbortSignal,
    anew: boolean,
  ) => Promise<{ readonly pipe: Pipe; readonly used: boolean }>;
  /** Keeps one for who asks with the same `security`. */
  readonly keep: (pipe: Pipe, security: Security) => void;
  /** Ends all of them, also those in use and those that do not stand yet. */
  readonly close: () => void;
}

/** No connections yet; one that does not stand within `limit` milliseconds is given up. */
export const createPipes = (destination: Destination, limit: number): Pipes => {
  const open = new Set<Destroyable>();
  const kept = new Map<Pipe, Security>();
  let session: { readonly of: Security; readonly ticket: Buffer } | undefined;

  const keptFor = (security: Security): Pipe | undefined => {
    const [pipe] = [...kept].findLast(([, of]) => isDeepStrictEqual(of, security)) ?? [];
    if (pipe) kept.delete(pipe);
    pipe?.socket.ref();
    return pipe;
  };

  const openOne = async (security: Security, signal: AbortSignal): Promise<Pipe> => {
    let latest: Destroyable = { destroy: () => undefined };
    const all: Destroyable = { destroy: (error) => latest.destroy(error) };
    const giveUp = () => all.destroy(new Error('not waited for any more', { cause: signal.reason }));
    const timer = setTimeout(() => all.destroy(new Error(`no connection within ${limit / 1000} s`)), limit);
    open.add(all);
    signal.addEventListener('abort', giveUp);
    try {
      const resumed = session && isDeepStrictEqual(session.of, security) ? { session: session.ticket } : {};
      const pipe = await openPipe(destination, { ...security, ...resumed }, (what) => {
        latest = what;
        if (what instanceof TLSSocket) what.on('session', (ticket) => (session = { of: security, ticket }));
      });
      pipe.socket.on('close', () => open.delete(all));
      return pipe;
    } catch (error) {
      all.destroy();
      session = undefined;
      open.delete(all);
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  };

  return {
    take: async (security, signal, anew) => {
      signal.throwIfAborted();
      const pipe = anew ? undefined : keptFor(security);
      if (pipe) return { pipe, used: true };
      return { pipe: await openOne(security, signal), used: false };
    },
    keep: (pipe, security) => {
      kept.set(pipe, security);
      pipe.give({ take: () => pipe.socket.destroy(), closed: () => kept.delete(pipe) });
      pipe.socket.unref();
    },
    close: () => {
      for (const one of open) one.destroy();
    },
  };
};
