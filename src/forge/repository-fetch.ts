import { webFetch, type Fetch, type FetchLimits, type FetchSettings } from '../web/web-fetch.ts';

const mebibyte = 1024 ** 2;

/** For questions to a forge's API. */
export const apiLimits: FetchLimits = { silence: 30_000, total: 60_000, size: 32 * mebibyte };

/** For git, whose first fetch of a large repository takes its time. */
export const gitLimits: FetchLimits = { silence: 60_000, total: 600_000, size: 2048 * mebibyte };

const moved = { reason: 'RepositoryMoved', todo: "write the repository's new address as the strategy's url" };

/** A fetch for what is asked about a repository, of its forge or by git: what leads elsewhere tells that it has moved. */
export const repositoryFetch = (settings: Omit<FetchSettings, 'moved'>): Fetch => webFetch({ ...settings, moved });
