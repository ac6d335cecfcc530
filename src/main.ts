import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ClustersOptions } from './cli/clusters-flags.ts';
import { reportClusters } from './cli/clusters.ts';
import { parseCommand } from './cli/command.ts';
import type { ExplainOptions } from './cli/explain-flags.ts';
import { reportExplanation } from './cli/explain.ts';
import type { ReportOptions } from './cli/report-flags.ts';
import { reportDelivery } from './cli/report.ts';
import { systemClock } from './clock.ts';
import { keepMemorySmall } from './keep-memory-small.ts';
import { failureOf } from './model/failure.ts';
import { run } from './run.ts';
import { createLog } from './telemetry/log.ts';

/** Exit codes: 0 ended as asked, 1 could not go on, or a cluster or the metrics do not answer, 2 the command line cannot be obeyed. */
const main = async (): Promise<number> => {
  const command = parseCommand(process.argv.slice(2), process.env);
  switch (command.type) {
    case 'print':
      process.stdout.write(command.text);
      return 0;
    case 'usage-error':
      process.stderr.write(`leafwatch: ${command.message}\n`);
      return 2;
    case 'clusters':
      return showClusters(command.options);
    case 'explain':
      return showExplanation(command.options);
    case 'report':
      return showDelivery(command.options);
    case 'run': {
      const { settings } = command;
      keepMemorySmall();
      const log = createLog({ level: settings.logLevel, encoding: settings.logEncoding, clock: systemClock });
      const stop = new AbortController();
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.once(signal, () => {
          log.info('stopping', { signal });
          stop.abort();
        });
      const identity = `${hostname()}_${randomUUID()}`;
      try {
        await run({ settings, log, clock: systemClock, identity, stop: stop.signal });
        log.info('stopped');
        return 0;
      } catch (error) {
        const { reason, message } = failureOf(error, 'leafwatch ended');
        log.error(message, {
          reason,
          ...(reason === 'UnexpectedError' && error instanceof Error ? { stack: error.stack } : {}),
        });
        return 1;
      }
    }
  }
};

const showClusters = async (options: ClustersOptions): Promise<number> => {
  try {
    const { text, notes, ok } = await reportClusters(options, systemClock);
    process.stdout.write(text);
    for (const note of notes) process.stderr.write(`leafwatch: ${note}\n`);
    return ok ? 0 : 1;
  } catch (error) {
    process.stderr.write(`leafwatch: ${failureOf(error, 'asking the clusters').message}\n`);
    return 1;
  }
};

/** A terminal that shows colours shows marks too; anything else gets words. */
const isRichTerminal = ({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean =>
  process.stdout.isTTY && !NO_COLOR && TERM !== 'dumb';

const showExplanation = async (options: ExplainOptions): Promise<number> => {
  try {
    process.stdout.write(await reportExplanation(options, systemClock, isRichTerminal(process.env)));
    return 0;
  } catch (error) {
    process.stderr.write(`leafwatch: ${failureOf(error, 'explaining the Pipeline').message}\n`);
    return 1;
  }
};

const showDelivery = async (options: ReportOptions): Promise<number> => {
  try {
    const { text, notes, ok } = await reportDelivery(options, systemClock);
    process.stdout.write(text);
    for (const note of notes) process.stderr.write(`leafwatch: ${note}\n`);
    return ok ? 0 : 1;
  } catch (error) {
    process.stderr.write(`leafwatch: ${failureOf(error, 'reading the Pipelines').message}\n`);
    return 1;
  }
};

/** How long the Lease's release may take before requests that hang are left behind; milliseconds. */
const lastRequest = 1000;

process.exitCode = await main();
setTimeout(() => process.exit(), lastRequest).unref();
