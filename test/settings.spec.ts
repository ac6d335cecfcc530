import assert from 'node:assert/strict';
import { parseSettings, type Settings } from '../src/settings.ts';

const settingsOf = (argv: readonly string[], env: NodeJS.ProcessEnv = {}): Settings => {
  const settings = parseSettings(argv, env);
  assert.ok(!('usageError' in settings), 'usageError' in settings ? settings.usageError : '');
  return settings;
};

describe('parseSettings', () => {
  it('has a default for everything', () => {
    const { cacheDir, ...settings } = settingsOf([]);
    assert.match(cacheDir, /leafwatch$/);
    assert.deepEqual(settings, {
      namespace: 'leafwatch-system',
      watchAllNamespaces: true,
      registrationNamespaces: ['leafwatch-system'],
      noCrossNamespaceRefs: false,
      insecureKubeconfigTls: false,
      insecureRepositoryHttp: false,
      insecureKubeconfigHttp: false,
      allowKubeconfigProxy: false,
      concurrent: 50,
      minRetryDelay: 750,
      maxRetryDelay: 900_000,
      pullRequestInterval: 60_000,
      cacheSize: 1024 ** 3,
      gitAuthor: { name: 'Leafwatch', email: 'leafwatch@localhost' },
      gitCommitter: { name: 'Leafwatch', email: 'leafwatch@localhost' },
      enableLeaderElection: true,
      gracefulShutdownTimeout: 10_000,
      metricsAddr: ':8080',
      healthAddr: ':9440',
      insecureWebhooks: false,
      webhookClockTolerance: 600_000,
      logLevel: 'info',
      logEncoding: 'json',
    });
  });

  it('takes the addresses of receivers, which hold no credentials', () => {
    const { eventsAddr, cloudeventsSink } = settingsOf([
      '--events-addr=http://notification-controller.flux-system.svc.cluster.local./',
      '--cloudevents-sink=https://events.example/default?a=b',
    ]);
    assert.equal(eventsAddr, 'http://notification-controller.flux-system.svc.cluster.local./');
    assert.equal(cloudeventsSink, 'https://events.example/default?a=b');
    for (const text of [
      'notification-controller',
      ':8080',
      'ftp://a/b',
      'http://',
      'https://me:secret@events.example',
    ]) {
      const refused = parseSettings([`--events-addr=${text}`], {});
      assert.ok('usageError' in refused && /^--events-addr must be an address such as http/.test(refused.usageError));
      assert.ok(!refused.usageError.includes('secret'));
    }
  });

  it('takes label selectors of every kind', () => {
    for (const text of [
      '',
      'sharding.fluxcd.io/key=shard1',
      'sharding.fluxcd.io/key=shard1,tier!=test',
      'tier == web , !legacy',
      'team in (payments, search),tier notin (),owner',
      'generation > 3',
    ])
      assert.equal(settingsOf([`--watch-label-selector=${text}`]).watchLabelSelector, text);
  });

  it('takes a name and an address for the author of commits, who is the committer too unless another is named', () => {
    const { gitAuthor, gitCommitter, cacheSize } = settingsOf([
      '--git-author=Ann O’Neil <ann@x.test>',
      '--cache-size=512Mi',
    ]);
    assert.deepEqual([gitAuthor, gitCommitter], [{ name: 'Ann O’Neil', email: 'ann@x.test' }, gitAuthor]);
    assert.equal(cacheSize, 512 * 1024 ** 2);
    assert.equal(settingsOf(['--git-committer', 'Bot <b@x.test>']).gitCommitter.name, 'Bot');
    for (const text of ['Ann', '<ann@x.test>', 'Ann <ann>', 'Ann <a@b> <c@d>', 'A\nB <a@b>', ' <a@b>', 'Ann <a@b>\n'])
      assert.ok('usageError' in parseSettings([`--git-author=${text}`], {}), JSON.stringify(text));
    assert.deepEqual(parseSettings(['--cache-size=5'], {}), {
      usageError: '--cache-size must be a size such as 512Mi or 2Gi',
    });
  });

  it('reads a flag as --flag=value, --flag value, and as a mere --flag for yes', () => {
    assert.equal(settingsOf(['--concurrent=7']).concurrent, 7);
    assert.equal(settingsOf(['--concurrent', '7']).concurrent, 7);
    assert.equal(settingsOf(['--insecure-kubeconfig-tls']).insecureKubeconfigTls, true);
    assert.equal(settingsOf(['--watch-all-namespaces=false']).watchAllNamespaces, false);
    assert.equal(settingsOf(['--no-cross-namespace-refs', '--concurrent', '2']).noCrossNamespaceRefs, true);
  });

  it('lets the last of two win', () => {
    assert.equal(settingsOf(['--log-level=debug', '--log-level=error']).logLevel, 'error');
  });

  it('reads the environment where no flag is given', () => {
    const env = { RUNTIME_NAMESPACE: 'flux-system', KUBECONFIG: '/tmp/config' };
    const settings = settingsOf([], env);
    assert.equal(settings.namespace, 'flux-system');
    assert.equal(settings.kubeconfig, '/tmp/config');
    assert.deepEqual(settings.registrationNamespaces, ['flux-system']);
    assert.equal(settingsOf(['--namespace=other'], env).namespace, 'other');
    assert.equal(settingsOf([], { KUBECONFIG: '' }).kubeconfig, undefined);
  });

  it('reads the proxies as everybody else does, in capitals and in small letters', () => {
    const { httpsProxy, httpProxy, noProxy } = settingsOf([], {
      HTTPS_PROXY: 'http://me:word@proxy.test:3128',
      http_proxy: 'proxy.test:80',
      no_proxy: '.svc,10.0.0.0/8',
    });
    assert.equal(httpsProxy, 'http://me:word@proxy.test:3128');
    assert.equal(httpProxy, 'http://proxy.test:80');
    assert.equal(noProxy, '.svc,10.0.0.0/8');
    assert.deepEqual(parseSettings([], { HTTPS_PROXY: 'socks5://me:word@proxy.test' }), {
      usageError: '--https-proxy must be the URL of an HTTP proxy such as http://proxy.example.com:3128',
    });
  });

  it('reads several namespaces of registrations', () => {
    assert.deepEqual(settingsOf(['--registration-namespaces=a, b']).registrationNamespaces, ['a', 'b']);
  });

  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown flag', ['--frobnicate'], /^Unknown option '--frobnicate'$/],
    ['an argument that is no flag', ['now'], /^Unexpected argument 'now'$/],
    ['a flag without its value', ['--namespace'], /--namespace .*missing$/],
    ['a number that is none', ['--concurrent=many'], /^--concurrent must be a whole number above zero$/],
    ['a duration without a unit', ['--max-retry-delay=15'], /^--max-retry-delay must be a duration/],
    ['a duration of nothing', ['--pull-request-interval=0s'], /^--pull-request-interval must be a duration above zero/],
    ['delays the wrong way round', ['--min-retry-delay=1h'], /^--min-retry-delay must not be above --max-retry-delay$/],
    [
      'a yes that is neither yes nor no',
      ['--enable-leader-election=1'],
      /^--enable-leader-election must be true or false$/,
    ],
    ['a level that does not exist', ['--log-level=trace'], /^--log-level must be debug, info, warn or error$/],
    ['proxies that are no networks', ['--trusted-proxies=proxy'], /^--trusted-proxies must be networks/],
    ['a certificate without its key', ['--webhook-cert-file=tls.crt'], /^--webhook-cert-file and .* go together$/],
    ['an address without a port', ['--metrics-addr=localhost'], /^--metrics-addr must be an address/],
    ['a port that there is not', ['--metrics-addr=:65536'], /^--metrics-addr must be an address/],
    ['half a selector', ['--watch-label-selector=team in (a'], /^--watch-label-selector must be a label selector/],
    [
      'no name of a namespace',
      ['--registration-namespaces=a,B'],
      /^--registration-namespaces must be the name of a namespace$/,
    ],
  ];
  for (const [what, argv, expected] of mistakes)
    it(`says in one line what is wrong with ${what}`, () => {
      const settings = parseSettings(argv, {});
      assert.ok('usageError' in settings);
      assert.match(settings.usageError, expected);
    });
});
