import { startForge } from '../../src/sandbox/forge/start-forge.ts';
import { bareRepository } from '../../src/sandbox/git/bare-repository.ts';

/** What the server says once it serves. */
export interface Serving {
  readonly url: string;
}

// A process of its own: each request starts git, and to start a program costs by the memory of who starts it.
const [folder = ''] = process.argv.slice(2);
const repository = await bareRepository(folder);
const forge = await startForge({ repository, owner: 'org', name: 'config', token: 'token' });
process.on('disconnect', () => process.exit());
process.send?.({ url: forge.url } satisfies Serving);
