import http from 'node:http';
import https from 'node:https';
import { forgetOldest } from '../model/forget-oldest.ts';
import { proxyFor, type Proxies } from './proxies.ts';
import { proxyAgent } from './proxy-agent.ts';

/** The agent by which a server is reached. */
export type Agents = (server: URL) => http.Agent;

/** A connection is kept so long for the next request, milliseconds: no server ends one sooner that nobody speaks on. */
const idle = 4000;
const limits = { connect: 10_000 };

/** Servers behind proxies whose connections are kept. */
const most = 100;

/** Agents that keep connections for what is asked next, through a proxy where there is one for the server. */
export const createAgents = (proxies: Proxies = {}): Agents => {
  const options = { keepAlive: true, timeout: idle };
  const straight = { http: new http.Agent(options), https: new https.Agent(options) };
  const proxied = new Map<string, http.Agent>();
  const find = proxyFor(proxies);
  return (server) => {
    const proxy = find(server);
    if (proxy === undefined) return server.protocol === 'https:' ? straight.https : straight.http;
    const agent = proxied.get(server.origin) ?? proxyAgent(server, proxy, { ...limits, idle });
    proxied.delete(server.origin);
    proxied.set(server.origin, agent);
    // What it is asked meanwhile goes on; it keeps no connection for later.
    forgetOldest(proxied, most);
    return agent;
  };
};
