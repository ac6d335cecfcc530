import { Registry } from 'prom-client';
import { createWorld } from '../../src/model/world.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

/** The reference page of the metrics, from what is registered; those of Node's process have names of their own everywhere. */
export const metricsPage = async (): Promise<string> => {
  const registry = new Registry();
  const clock = { now: () => 0 };
  createMetrics({ registry, version: '', clock, world: createWorld(), concurrency: 1, lease: '' });
  const metrics = await registry.getMetricsAsJSON();
  const rows = metrics
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .map(({ name }) => registry.getSingleMetric(name))
    .map(describe)
    .sort();
  return `<!-- Generated from src/telemetry by \`npm run generate\`; edit the help texts there. -->

# Metrics

Served at \`/metrics\` of \`--metrics-addr\`, besides those of Node's process (\`process_…\`, \`nodejs_…\`). Times are in seconds. Names without
\`leafwatch_\` are those of controller-runtime, so that dashboards of other controllers show this one too.

| metric | type | labels | what it says |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
};

const describe = (metric: unknown): string => {
  const { name, type, labelNames, help } = metric as {
    readonly name: string;
    readonly type?: string;
    readonly labelNames: readonly string[];
    readonly help: string;
  };
  return `| \`${name}\` | ${type ?? ''} | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
};
