/** Files of a config repository: ten of each application, in folders as people have them; the first of the ten is marked. */
export const configFiles = (count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const [application, file] = [Math.floor(index / 10), index % 10];
      const folder = `clusters/c${application % 40}/team-${application % 50}/app-${application}`;
      const values = Array.from(
        { length: 20 },
        (_, line) => `  value${line}: ${(index * 7919 + line * 104_729) % 1_000_003}`,
      );
      const version = `  version: 1.0.0 # {"$promotion": "apps:app-${application}:prod"}`;
      const lines = [
        'kind: HelmRelease',
        `name: app-${application}`,
        'spec:',
        ...values,
        ...(file === 0 ? [version] : []),
      ];
      return [`${folder}/file-${file}.yaml`, `${lines.join('\n')}\n`];
    }),
  );

/** Where the marked file of an application is. */
export const markedFile = (application: number): string =>
  `clusters/c${application % 40}/team-${application % 50}/app-${application}/file-0.yaml`;
