import { FailureError } from '../model/failure.ts';

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Refuses a repository at an `http:` address, where the credentials could be read on the way, but for one on this very machine. */
export const refuseInsecure = (url: string, allowed: boolean): void => {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (allowed || protocol !== 'http:' || loopback.test(hostname)) return;
  throw new FailureError({
    remedy: 'give-up',
    reason: 'InsecureUrl',
    message: `The strategy's url is an http: address, over which the credentials would go in clear: write it with https:, or let Leafwatch run with --insecure-repository-http`,
  });
};
