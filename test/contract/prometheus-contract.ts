import assert from 'node:assert/strict';
import { askPrometheus, type AskPrometheus } from '../../src/cli/ask-prometheus.ts';
import { deliveries } from '../../src/cli/deliveries.ts';
import type { Delivery, MadePipeline } from '../../src/cli/delivery.ts';
import type { DeploymentEntry } from '../../src/model/deployment-entry.ts';
import { formatTime } from '../../src/model/time.ts';
import { aPipeline, start } from '../support/builders.ts';

/** A Prometheus that has read `test/support/metrics-history.ts`, below the path `/prometheus`. */
export interface PrometheusUnderContract {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const [hour, day] = [3_600_000, 86_400_000];
const hoursAgo = (hours: number): string => formatTime(start - hours * hour);

/** A full history of the last ten hours, of which so many have settled. */
const entries = (settled: number): DeploymentEntry[] =>
  Array.from({ length: 10 }, (_, index) => ({
    ...{ number: 10 - index, revision: `6.1.${10 - index}`, startedAt: hoursAgo(index + 1) },
    ...(index < settled ? { finishedAt: hoursAgo(index + 0.5) } : {}),
  }));

const withHistory = (dev: number, prod: number, name = 'podinfo'): MadePipeline => ({
  made: 0,
  pipeline: aPipeline({
    name,
    status: { environments: { dev: { deployments: entries(dev) }, prod: { deployments: entries(prod) } } },
  }),
});

const brief = ({ pipeline, environment, source, changes, failed, from, shortened }: Delivery) =>
  [pipeline, environment, source, changes, failed, from, shortened] as const;

/** What the report relies on, of Prometheus and of what stands in for one. */
export const prometheusContract = (name: string, startPrometheus: () => Promise<PrometheusUnderContract>): void => {
  describe(`${name}, as report asks it`, () => {
    let prometheus: PrometheusUnderContract;
    before(async () => (prometheus = await startPrometheus()));
    after(() => prometheus.close());

    const asking = (url = prometheus.url): AskPrometheus =>
      askPrometheus({ url, headers: {}, proxies: {}, timeout: 10_000, now: start });
    const report = (labels: Record<string, string>, ...pipelines: readonly MadePipeline[]) => {
      const open = () => Promise.resolve(asking());
      return deliveries(pipelines, { asked: start - day, now: start }, { open, labels });
    };

    it('counts what has come over restarts, other pods and followers, and estimates medians', async () => {
      const common = {
        ...{ namespace: 'apps', pipeline: 'podinfo', application: 'podinfo', source: 'metrics' },
        ...{ from: hoursAgo(24), shortened: false },
      };
      assert.deepEqual(await report({ cluster: 'eu' }, withHistory(10, 1)), {
        rows: [
          {
            ...{ ...common, environment: 'dev', changes: 10, changesPerWeek: 70, failed: 3, changeFailureRate: 0.3 },
            restoreSeconds: 600,
          },
          {
            ...{ ...common, environment: 'prod', changes: 2, changesPerWeek: 14, failed: 0, changeFailureRate: 0 },
            leadTimeSeconds: 9000,
          },
        ],
      });
    });

    it('leaves what the status knows better, and what it knows well enough', async () => {
      const { rows } = await report({ cluster: 'eu' }, withHistory(10, 10), withHistory(10, 0, 'unheard-of'));
      assert.deepEqual(rows.map(brief), [
        ['podinfo', 'dev', 'metrics', 10, 3, hoursAgo(24), false],
        ['podinfo', 'prod', 'status', 10, 0, hoursAgo(10), true],
        ['unheard-of', 'dev', 'status', 10, 0, hoursAgo(10), true],
        ['unheard-of', 'prod', 'metrics', 0, 0, hoursAgo(24), false],
      ]);
    });

    it('goes back no further than the metrics, or the Pipeline', async () => {
      const { rows } = await report({ cluster: 'us' }, withHistory(10, 10));
      assert.deepEqual(rows.map(brief)[0], ['podinfo', 'dev', 'metrics', 11, 0, hoursAgo(12), true]);
      const young = { ...withHistory(1, 1), made: start - 11 * hour };
      const ofYoung = await report({ cluster: 'eu' }, young);
      assert.deepEqual(ofYoung.rows.map(brief)[0], ['podinfo', 'dev', 'metrics', 4, 2, hoursAgo(11), false]);
    });

    it('says when it has no metrics of Leafwatch', async () => {
      const { failure, rows } = await report({ cluster: 'mars' }, withHistory(10, 10));
      assert.equal(failure?.reason, 'MetricsMissing');
      assert.deepEqual(
        rows.map(({ source }) => source),
        ['status', 'status'],
      );
    });

    it('gives no figure for what is no number', async () => {
      assert.deepEqual(await asking()('vector(0) / 0'), []);
      assert.deepEqual(await asking()('vector(1) / 0'), []);
      assert.deepEqual(await asking()('vector(-1.5)'), [{ labels: {}, value: -1.5 }]);
    });

    it('is told in its own words what it refuses', async () => {
      await assert.rejects(asking()('('), /answers 400 \(invalid parameter "query": .*unclosed left parenthesis\)$/);
      await assert.rejects(asking()('leafwatch_build_info[1m]'), /does not answer as a Prometheus does/);
      const { origin } = new URL(prometheus.url);
      await assert.rejects(asking(origin)('1'), /answers 404 \(404 page not found\): name the address by --prometheus/);
    });
  });
};
