import {
  ApiException,
  createConfiguration,
  ServerConfiguration,
  type Configuration,
  type KubeConfig,
} from '@kubernetes/client-node';
import type { Clock } from '../../model/clock.ts';
import { FailureError } from '../../model/failure.ts';
import { integerOf, recordOf, textOf } from '../../model/reading.ts';
import type { OnAnswer } from '../wire/connection.ts';
import { createTransport } from './transport.ts';

type Middleware = NonNullable<NonNullable<Parameters<typeof createConfiguration>[0]>['promiseMiddleware']>[number];

/** A client-node API of the cluster that `kubeConfig` names; a request without a whole answer after `timeout` milliseconds fails. */
export const makeApi = <T>(
  Api: new (configuration: Configuration) => T,
  kubeConfig: KubeConfig,
  timeout: number,
): T => {
  const limited: Middleware = {
    pre: (request) => {
      request.setSignal(AbortSignal.timeout(timeout));
      return Promise.resolve(request);
    },
    post: (response) => Promise.resolve(response),
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(serverOf(kubeConfig), {}),
    httpApi: createTransport(kubeConfig),
    promiseMiddleware: [limited],
  });
  return new Api(configuration);
};

const serverOf = (kubeConfig: KubeConfig): string => {
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server !== undefined) return server;
  throw new FailureError({
    remedy: 'give-up',
    reason: 'NoCluster',
    message: 'the kubeconfig has no current context: set `current-context`, or pass another file by --kubeconfig',
  });
};

export interface CallDeps {
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly onAnswer?: OnAnswer;
}

/** Makes calls through client-node; what it throws becomes an ApiError whose message says what was being done. */
export const callApi = ({ kubeConfig, clock, onAnswer }: CallDeps) => {
  const { host } = new URL(serverOf(kubeConfig));
  return async <T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH', doing: string, call: () => Promise<T>): Promise<T> => {
    try {
      const answer = await call();
      onAnswer?.(method, host, method === 'POST' ? '201' : '200');
      return answer;
    } catch (error) {
      const failure = apiErrorOf(error, doing, clock.now());
      onAnswer?.(method, host, failure.code === undefined ? '<error>' : String(failure.code));
      throw failure;
    }
  };
};

/** A call to the API server that did not succeed; `code` is the HTTP status, where one came. */
export class ApiError extends FailureError {
  readonly code: number | undefined;
  constructor(code: number | undefined, ...failure: ConstructorParameters<typeof FailureError>) {
    super(...failure);
    this.name = 'ApiError';
    this.code = code;
  }
}

const apiErrorOf = (error: unknown, doing: string, now: number): ApiError =>
  error instanceof ApiException ? refused(error, doing, now) : unanswered(error, doing);

const refused = (error: ApiException<unknown>, doing: string, now: number): ApiError => {
  const { message, reason } = statusIn(error.body);
  const retryAfter = retryAfterIn(error.headers);
  return new ApiError(error.code, {
    remedy: error.code === 400 || error.code === 422 ? 'give-up' : 'retry',
    reason: reason ?? reasons[error.code] ?? 'ApiServerError',
    message: `${doing}: the API server answered ${error.code}${message ? `: ${message}` : ''}${adviceFor(error.code)}`,
    ...(retryAfter === undefined ? {} : { retryAfter: now + retryAfter }),
  });
};

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  422: 'Invalid',
  429: 'TooManyRequests',
};

const adviceFor = (code: number): string => {
  if (code === 401) return '; check the credentials in the kubeconfig, or the service account of the pod';
  if (code === 403)
    return '; grant it by a Role or ClusterRole as in manifests/rbac.yaml, for a Secret beside a Pipeline by one as in manifests/pipeline-namespace.yaml';
  return '';
};

const statusIn = (body: unknown): { readonly message: string | undefined; readonly reason: string | undefined } => {
  const { message, reason } = recordOf(typeof body === 'string' ? parsed(body) : body);
  return { message: textOf(message), reason: textOf(reason) };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const retryAfterIn = (headers: Readonly<Record<string, string>>): number | undefined => {
  const seconds = integerOf(Number(headers['retry-after'] ?? Number.NaN));
  return seconds === undefined ? undefined : Math.min(seconds, 300) * 1000;
};

const unanswered = (error: unknown, doing: string): ApiError => {
  const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
  return new ApiError(
    undefined,
    {
      remedy: 'retry',
      reason: timedOut ? 'ApiServerTimeout' : 'ApiServerUnreachable',
      message: `${doing}: ${timedOut ? 'the API server did not answer in time' : causeOf(error)}`,
    },
    { cause: error },
  );
};

/** Several addresses that all failed make an error without a message. */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message || (textOf(recordOf(error)['code']) ?? error.name);
};
