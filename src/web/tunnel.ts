import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { hostPortOf, type HostPort } from './host-port.ts';

/** A proxy's answer, by its HTTP status, instead of a tunnel. */
export class ProxyRefusalError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Something that has been begun and can be ended at any time. */
export interface Destroyable {
  readonly destroy: (error?: Error) => unknown;
}

/**
 * Asks an HTTP proxy for a tunnel by CONNECT; the proxy sees `host` and `port` of the server, and what is said within is between the two ends.
 * `begun` is given at once what there is to destroy when nobody waits any more. Throws what the proxy answered instead.
 */
export const tunnel = ({ host, port }: HostPort, proxy: URL, begun: (what: Destroyable) => void): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { request } = proxy.protocol === 'https:' ? https : http;
    const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const asked = request({
      method: 'CONNECT',
      ...hostPortOf(proxy),
      path: authority,
      agent: false,
      headers: {
        host: authority,
        ...(user === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
      },
    });
    begun(asked);
    const said = (why: string) => `the proxy at ${proxy.host}: ${why}`;
    const failed = (why: string) => {
      reject(new Error(said(why)));
    };
    const refused = (status = 0) => {
      reject(new ProxyRefusalError(said(`answered ${status} to CONNECT`), status));
    };
    asked.on('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode === 200 && head.length === 0) {
        resolve(socket);
        return;
      }
      socket.destroy();
      if (statusCode === 200) failed('spoke before it was asked');
      else refused(statusCode);
    });
    asked.on('response', (response) => {
      response.destroy();
      refused(response.statusCode);
    });
    asked.on('error', (error) => failed(error.message));
    asked.end();
  });
