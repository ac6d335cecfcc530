/** What a webhook's path names: `/promotion/<namespace>/<pipeline>/<environment>`. */
export interface WebhookPath {
  readonly namespace: string;
  readonly pipeline: string;
  /** The environment in which the deployment was made. */
  readonly environment: string;
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const path = new RegExp(`^/promotion/(${label})/(${label}(?:\\.${label}){0,8})/(${label})$`);

/**
 * Reads the path of a request as it came. Nothing is decoded or normalized: names of Kubernetes need neither, so whatever
 * else stands there (`..`, encoded slashes, a query) names nothing.
 */
export const readWebhookPath = (url: string): WebhookPath | undefined => {
  const [, namespace, pipeline, environment] = (url.length <= 512 ? path.exec(url) : undefined) ?? [];
  return namespace === undefined || pipeline === undefined || environment === undefined
    ? undefined
    : { namespace, pipeline, environment };
};
