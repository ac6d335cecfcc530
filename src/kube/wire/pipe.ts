import net from 'node:net';
import tls from 'node:tls';
import { hostPortOf } from '../../web/host-port.ts';
import { tunnel, type Destroyable } from '../../web/tunnel.ts';

/** Is told what happens to a connection; the bytes that come are valid only during the call. */
interface PipeTaker {
  readonly take: (bytes: Buffer) => void;
  readonly closed: (error: Error | undefined) => void;
}

/** A connection that stands, as bytes. */
export interface Pipe {
  readonly socket: net.Socket;
  /** From now on `taker` is told, and nobody else. */
  readonly give: (taker: PipeTaker) => void;
}

/** Where to connect. */
export interface Destination {
  readonly server: URL;
  /** The URL of an HTTP proxy on the way there. */
  readonly proxy: string | undefined;
}

/** What TLS needs to know of the server and of us. */
export type Security = Pick<
  tls.ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** What comes is read into this, for all connections: it is looked at before the next read, and nobody keeps it. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

/** From here on Linux probes once a second and gives up after ten probes: a silent network is noticed after about 41 s. */
const keepAliveAfter = 30_000;

/**
 * Connects, with TLS where the URL says so. `begun` is told what there is to destroy when nobody waits any more, each time
 * instead of what it was told before.
 *
 * What comes is handed over by Node's `onread` and not as a stream: for a watch that says something once a minute, a stream
 * costs three times what reading does. A connection within another one, as through a proxy, has no such thing.
 */
export const openPipe = async (
  { server, proxy }: Destination,
  security: tls.ConnectionOptions,
  begun: (what: Destroyable) => void,
): Promise<Pipe> => {
  let taker = nobody;
  let over = false;
  let failure: Error | undefined;
  const take = (bytes: Buffer) => {
    taker.take(bytes);
  };
  const end = hostPortOf(server);
  const within = proxy === undefined ? undefined : await tunnel(end, new URL(proxy), begun);
  if (within) begun(within);
  const socket = connectSocket(server, security, within ? { socket: within } : { ...end, onread: onreadOf(take) });
  begun(socket);
  if (within !== undefined) socket.on('data', take);
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => {
    over = true;
    taker.closed(failure);
  });
  await standing(socket);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveAfter);
  const give = (next: PipeTaker): void => {
    taker = next;
    if (over)
      queueMicrotask(() => {
        next.closed(failure);
      });
  };
  return { socket, give };
};

const nobody: PipeTaker = { take: () => undefined, closed: () => undefined };

const onreadOf = (take: (bytes: Buffer) => void): net.OnReadOpts => ({
  buffer: shared,
  callback: (length) => {
    take(shared.subarray(0, length));
    return true;
  },
});

/** Over a socket that stands already, or a new one. */
const connectSocket = (
  server: URL,
  security: tls.ConnectionOptions,
  over: { readonly socket: net.Socket } | net.TcpSocketConnectOpts,
): net.Socket => {
  if (server.protocol !== 'https:') return 'socket' in over ? over.socket : net.connect(over);
  const { host } = hostPortOf(server);
  return tls.connect({
    ALPNProtocols: ['http/1.1'],
    ...(net.isIP(host) === 0 ? { servername: host } : { host }),
    ...security,
    ...over,
  });
};

/** Resolves when the socket can be written to, after TLS where there is TLS. */
const standing = (socket: net.Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    const secure = socket instanceof tls.TLSSocket;
    if (!secure && !socket.connecting) {
      resolve();
      return;
    }
    socket.once(secure ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error('the connection was closed before it stood'));
    });
  });
