import { createCleanup } from './cleanup.ts';
import { parseOptions, usage } from './options.ts';
import { runDemo } from './run-demo.ts';
import { createTimeline } from './timeline.ts';

/** Exit codes: 0 the story ended well, 1 it did not, 2 wrong flags, 130 stopped before its end. */
const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if ('mistake' in options) {
    process.stderr.write(`demo: ${options.mistake} (see --help)\n`);
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const cleanup = createCleanup();
  const timeline = createTimeline(process.stdout, process.env, () => performance.now());
  try {
    return await runDemo(options, { timeline, cleanup, stop: stop.signal });
  } catch (error) {
    if (stop.signal.aborted) return 130;
    timeline.write(`The demo broke off: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    stop.abort();
    for (const problem of await cleanup.run()) timeline.write(`Left behind: ${problem}`);
    timeline.close();
  }
};

process.exit(await main());
