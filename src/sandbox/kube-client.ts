import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { json, text } from 'node:stream/consumers';

/** A server of which the sandbox knows all that it needs; a real one or ours. */
export interface ApiEndpoint {
  readonly url: string;
  /** PEM; the system's own authorities when absent. */
  readonly ca?: string;
  readonly token: string;
}

export interface KubeClient {
  /** The parsed answer; `undefined` for 404. Rejects with what the server said otherwise. */
  readonly call: (method: string, path: string, body?: unknown, contentType?: string) => Promise<unknown>;
  /** Applies an object server-side as `manager`, forcing its way as Flux does. */
  readonly apply: (path: string, object: object, manager: string) => Promise<unknown>;
  /** Merge patch; `undefined` when the object is gone. */
  readonly patch: (path: string, body: object, manager: string) => Promise<unknown>;
  /** The events of a watch from `resourceVersion` on; ends when the server ends it, throws when it breaks. */
  readonly watch: (path: string, resourceVersion: string) => AsyncGenerator<{ type: string; object: unknown }>;
  readonly close: () => void;
}

const answered = (
  endpoint: ApiEndpoint,
  path: string,
  options: RequestOptions,
  body?: string,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = Object.assign(
      { accept: 'application/json', authorization: `Bearer ${endpoint.token}` },
      options.headers,
    );
    request(new URL(path, endpoint.url), { ...options, headers }, resolve)
      .on('error', reject)
      .end(body);
  });

/** A Kubernetes client of few words, for what stands in for Flux. */
export const createKubeClient = (endpoint: ApiEndpoint): KubeClient => {
  const agent = new Agent({ keepAlive: true, ...(endpoint.ca !== undefined && { ca: endpoint.ca }) });
  const call: KubeClient['call'] = async (method, path, body, contentType = 'application/json') => {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      sent === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(sent) };
    const response = await answered(endpoint, path, { agent, method, headers }, sent);
    const status = response.statusCode ?? 0;
    if (status < 300) return json(response);
    const why = await text(response);
    if (status === 404) return undefined;
    throw new Error(`${method} ${path}: ${status} ${why}`);
  };
  return {
    call,
    apply: (path, object, manager) =>
      call('PATCH', `${path}?fieldManager=${manager}&force=true`, object, 'application/apply-patch+yaml'),
    patch: (path, body, manager) =>
      call('PATCH', `${path}?fieldManager=${manager}`, body, 'application/merge-patch+json'),
    watch: async function* (path, resourceVersion) {
      const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
      const response = await answered(endpoint, `${path}?${query}`, { agent });
      if (response.statusCode !== 200)
        throw new Error(`watch ${path}: ${response.statusCode ?? 0} ${await text(response)}`);
      for await (const line of createInterface({ input: response }))
        yield JSON.parse(line) as { type: string; object: unknown };
    },
    close: () => agent.destroy(),
  };
};
