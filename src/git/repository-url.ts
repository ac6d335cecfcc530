import { FailureError } from '../model/failure.ts';

const refuse = (message: string) => new FailureError({ remedy: 'give-up', reason: 'InvalidRepositoryUrl', message });

/** What a person who wrote an SSH address should write instead. */
const httpsInstead = (url: string): string | undefined => {
  const [, host, path] = /^(?:ssh:\/\/)?(?:[^@/]+@)?([^:/]+)(?::\d+\/|[:/])(.+)$/.exec(url) ?? [];
  return host === undefined || path === undefined ? undefined : `https://${host}/${path}`;
};

/** The address to clone from and push to, without a slash at its end; refuses SSH and credentials in the URL, and says what to write instead. */
export const repositoryUrl = (url: string): string => {
  if (url.length > 2048) throw refuse("The strategy's url is longer than 2048 characters");
  if (/^ssh:/i.test(url) || /^[^/:]+@[^/:]+:/.test(url))
    throw refuse(
      `The repository is reached over HTTPS only: write ${httpsInstead(url) ?? 'its https:// address'} as the strategy's url, and put username and password into its Secret`,
    );
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw refuse("The strategy's url is not an https:// address: write the one that git clones the repository from");
  if (parsed.username !== '' || parsed.password !== '')
    throw refuse(
      `The strategy's url holds credentials: write https://${parsed.host}${parsed.pathname}, and put username and password into its Secret`,
    );
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
};
