import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import {
  ResponseContext,
  SelfDecodingBody,
  wrapHttpLibrary,
  type HttpLibrary,
  type KubeConfig,
  type RequestContext,
} from '@kubernetes/client-node';

/** Connections are kept, and shared by all that ask the same server with the same certificates. */
const agents = { 'https:': new https.Agent({ keepAlive: true }), 'http:': new http.Agent({ keepAlive: true }) };

/**
 * How client-node's calls travel: by Node's own HTTP. The library's way, undici, costs 20 MB of memory and offers nothing
 * that low-rate calls need. Credentials are asked for with each request, since they are renewed all the time.
 */
export const createTransport = (kubeConfig: KubeConfig): HttpLibrary =>
  wrapHttpLibrary({
    send: async (request) => {
      const response = await ask(kubeConfig, request).catch((error: unknown) => {
        // A kept connection may be closed by the server at the moment we take it: then nothing was asked yet.
        if (error instanceof StaleConnectionError) return ask(kubeConfig, request);
        throw error;
      });
      const body = await buffer(response).catch((error: unknown) => {
        throw reasonOf(request, error);
      });
      const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      return new ResponseContext(
        response.statusCode ?? 0,
        Object.fromEntries(headers) as Record<string, string>,
        new SelfDecodingBody(Promise.resolve(body)),
      );
    },
  });

class StaleConnectionError extends Error {}

const ask = async (kubeConfig: KubeConfig, context: RequestContext): Promise<http.IncomingMessage> => {
  const url = new URL(context.getUrl());
  const own: https.RequestOptions & { headers: http.OutgoingHttpHeaders } = { headers: {} };
  await kubeConfig.applyToHTTPSOptions(own);
  const isTls = url.protocol === 'https:';
  const signal = context.getSignal();
  const options = {
    ...own,
    agent: agents[isTls ? 'https:' : 'http:'],
    method: context.getHttpMethod(),
    headers: Object.assign({ 'user-agent': 'leafwatch' }, context.getHeaders(), own.headers),
    ...(signal ? { signal } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = isTls ? https.request(url, options) : http.request(url, options);
    request.on('response', resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && error.code === 'ECONNRESET' && signal?.aborted !== true;
      reject(stale ? new StaleConnectionError(error.message, { cause: error }) : reasonOf(context, error));
    });
    request.end(context.getBody());
  });
};

/** An abort is told by its reason, which says that it was a time limit. */
const reasonOf = (context: RequestContext, error: unknown): Error => {
  const reason: unknown = context.getSignal()?.reason;
  if (reason instanceof Error) return reason;
  return error instanceof Error ? error : new Error(String(error));
};
