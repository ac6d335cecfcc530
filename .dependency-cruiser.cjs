// The floors of the house. A forbidden import fails the build with the reason.
const ours = '^src/';
const floor = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: ours, pathNot: allowed },
});
const home = (name, library, where) => ({
  name: `home-of-${name}`,
  severity: 'error',
  comment: `${name} is imported only in ${where}: each library has one home.`,
  from: { path: ours, pathNot: where },
  to: { path: `(^|/)node_modules/${library}(/|$)` },
});

module.exports = {
  forbidden: [
    floor('model', '^src/model/', '^src/model/', 'model says what things are and imports nothing of ours but itself.'),
    floor('decision', '^src/decision/', '^src/(decision|model)/', 'decision is pure: it knows the model alone.'),
    floor('web', '^src/web/', '^src/(web|model)/', 'web says how servers are reached, whatever is asked of them.'),
    floor('stream', '^src/stream/', '^src/stream/', 'stream operators know neither Kubernetes nor promotions.'),
    ...['kube', 'http', 'git', 'forge', 'voice', 'telemetry'].map((room) =>
      floor(
        room,
        `^src/${room}/`,
        `^src/(${room}|model|stream|web)/`,
        'Adapters know the model, streams and the web, never one another.',
      ),
    ),
    floor(
      'wire',
      '^src/kube/wire/',
      '^src/(kube/wire|model|stream|web)/',
      'The wire knows bytes and answers, not what is asked for.',
    ),
    floor('watch', '^src/kube/watch/', '^src/(kube/(watch|wire)|model|stream)/', 'A watch needs the wire alone.'),
    floor(
      'kubeconfig',
      '^src/kube/kubeconfig/',
      '^src/(kube/(kubeconfig|wire)|model)/',
      'A kubeconfig is text that becomes credentials.',
    ),
    floor('call', '^src/kube/call/', '^src/(kube/(call|wire)|model)/', 'Single calls know nothing of watches.'),
    floor('lease', '^src/kube/lease/', '^src/(kube/(lease|call)|model|stream)/', 'A Lease is held by single calls.'),
    floor(
      'engine',
      '^src/(engine|reconcile|latecomers)\\.ts$',
      '^src/((engine|reconcile|latecomers)\\.ts$|model/|decision/|stream/)',
      'The engine knows facts, decisions and streams; effects are handed in.',
    ),
    floor(
      'sources',
      '^src/sources/',
      '^src/(sources|model|decision|stream|kube|http|telemetry)/',
      'Sources say what is; they cannot reach git, forges or sinks.',
    ),
    floor(
      'sinks',
      '^src/sinks/',
      '^src/(sinks|model|decision|stream|kube|git|forge|telemetry|web)/',
      'Sinks do; they watch nothing.',
    ),
    {
      name: 'product-without-sandbox',
      severity: 'error',
      comment: 'The product never imports what only stands in for its surroundings.',
      from: { path: ours, pathNot: '^src/sandbox/' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      comment: 'main is the composition root.',
      from: { path: ours },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no floor.',
      from: { path: ours },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'What nobody imports is not needed.',
      from: { orphan: true, path: ours, pathNot: '^src/(main|git/worker)\\.ts$' },
      to: {},
    },
    {
      name: 'pure-without-rxjs',
      severity: 'error',
      comment: 'model and decision know neither streams nor I/O.',
      from: { path: '^src/(model|decision)/' },
      to: {
        path: '(^|/)node_modules/rxjs(/|$)|^(node:)?(fs|net|http|https|tls|child_process)$',
        dependencyTypesNot: [],
      },
    },
    home('cloudevents', 'cloudevents', '^src/voice/'),
    home('client-node', '@kubernetes/client-node', '^src/(kube/(call|lease)|sandbox)/'),
    home('octokit', '@octokit', '^src/forge/'),
    home('prom-client', 'prom-client', '^src/telemetry/'),
    home('winston', 'winston', '^src/telemetry/'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs'] },
  },
};
