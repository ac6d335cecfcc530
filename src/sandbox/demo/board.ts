import { environments } from './application.ts';
import type { ReleaseSight, Sight } from './observe.ts';
import type { Paint } from './paint.ts';

const release = (paint: Paint, sight: ReleaseSight | undefined): string => {
  if (sight === undefined) return paint('dim', '○ nothing');
  const { deployed, wanted, health } = sight;
  const way = deployed === undefined || deployed === wanted ? wanted : `${deployed} → ${wanted}`;
  switch (health) {
    case 'healthy':
      return paint('green', `● ${wanted}`);
    case 'failed':
      return paint('red', `✗ ${way}`);
    case 'progressing':
      return paint('yellow', `◌ ${way}`);
  }
};

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;

/** One line per environment, as wide as the terminal: where it runs what, and what the Pipeline says of it. */
export const board = (paint: Paint, { pipeline, releases }: Sight, columns: number): readonly string[] =>
  environments.flatMap(({ name, clusters }) => {
    const message = pipeline?.status.environments?.[name]?.message ?? '';
    return [
      `${paint('bold', name.padEnd(9))} ${clusters
        .map((cluster) => (clusters.length > 1 ? `${cluster} ` : '') + release(paint, releases[cluster]))
        .join('   ')}`,
      `${' '.repeat(10)}${paint('dim', shortened(message.replaceAll(/\s+/g, ' '), columns - 11))}`,
    ];
  });
