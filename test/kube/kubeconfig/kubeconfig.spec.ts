import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import type { Allowed } from '../../../src/kube/kubeconfig/kubeconfig-endpoint.ts';
import { parseKubeconfig } from '../../../src/kube/kubeconfig/kubeconfig.ts';
import { FailureError } from '../../../src/model/failure.ts';
import { createCertificate } from '../../../src/sandbox/api-server/certificate.ts';

const secret = 's3cr3t-t0k3n';
const strict: Allowed = { insecureTls: false, http: false };

const aKubeconfig = ({
  cluster = {},
  user = { token: secret },
  context = {},
  more = {},
}: Record<string, object> = {}) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [
      { name: 'other', cluster: { server: 'https://other:6443' } },
      { name: 'leaf', cluster: { server: 'https://leaf:6443', ...cluster } },
    ],
    users: [{ name: 'watcher', user }],
    contexts: [
      { name: 'leaf', context: { cluster: 'leaf', user: 'watcher', extensions: [{ name: 'x' }], ...context } },
    ],
    'current-context': 'leaf',
    ...more,
  });

const refusalOf = (text: string, allowed = strict): string => {
  try {
    parseKubeconfig(text, allowed);
  } catch (error) {
    assert.ok(error instanceof FailureError);
    assert.equal(error.failure.reason, 'KubeconfigRefused');
    assert.equal(error.failure.remedy, 'give-up');
    assert.ok(!error.message.includes(secret), error.message);
    return error.message;
  }
  return assert.fail('was accepted');
};

describe('parseKubeconfig', () => {
  it("takes server and token of the current context's cluster and user", () => {
    assert.deepEqual(parseKubeconfig(aKubeconfig({ context: { namespace: 'apps' } }), strict), {
      server: 'https://leaf:6443',
      ca: undefined,
      insecureSkipTlsVerify: false,
      tlsServerName: undefined,
      auth: { type: 'token', token: secret },
      namespace: 'apps',
    });
  });

  it('takes an authority, a server name and a path in front of the API', async () => {
    const { cert } = await createCertificate();
    const cluster = {
      server: 'https://rancher/k8s/clusters/c-1/',
      'certificate-authority-data': Buffer.from(cert).toString('base64'),
      'tls-server-name': 'leaf.internal',
    };
    const credentials = parseKubeconfig(aKubeconfig({ cluster }), strict);
    assert.equal(credentials.server, 'https://rancher/k8s/clusters/c-1');
    assert.equal(credentials.ca, cert);
    assert.equal(credentials.tlsServerName, 'leaf.internal');
  });

  it('takes a certificate with its key', async () => {
    const { cert, key } = await createCertificate();
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    assert.deepEqual(parseKubeconfig(aKubeconfig({ user }), strict).auth, {
      type: 'certificate',
      certificate: cert,
      key,
    });
  });

  it('accepts what an operator has allowed', () => {
    const insecure = aKubeconfig({ cluster: { server: 'http://leaf:8080', 'insecure-skip-tls-verify': true } });
    assert.ok(parseKubeconfig(insecure, { insecureTls: true, http: true }).insecureSkipTlsVerify);
  });

  it('accepts an HTTP proxy where that is allowed, and no other kind of proxy', () => {
    const through = (proxy: string) => aKubeconfig({ cluster: { 'proxy-url': proxy } });
    const withProxy = { ...strict, proxy: true };
    assert.equal(parseKubeconfig(through('http://proxy:3128'), withProxy).proxy, 'http://proxy:3128/');
    for (const proxy of [`socks5://u:${secret}@proxy`, 'proxy:3128'])
      assert.match(refusalOf(through(proxy), withProxy), /`clusters\[1\]\.cluster\.proxy-url` must be the http/);
  });

  const token = secret;
  const refused: readonly [what: string, text: string, field: string, advice: RegExp][] = [
    ['exec', aKubeconfig({ user: { exec: { command: 'aws', args: [secret] } } }), 'users[0].user.exec', /token/],
    [
      'an auth provider',
      aKubeconfig({ user: { token, 'auth-provider': { name: 'gcp' } } }),
      'users[0].user.auth-provider',
      /token/,
    ],
    ['a token file', aKubeconfig({ user: { tokenFile: '/var/run/token' } }), 'users[0].user.tokenFile', /`token`/],
    [
      'a certificate file',
      aKubeconfig({ user: { 'client-certificate': '/a' } }),
      'users[0].user.client-certificate',
      /data/,
    ],
    ['a key file', aKubeconfig({ user: { 'client-key': '/a' } }), 'users[0].user.client-key', /client-key-data/],
    [
      'an authority file',
      aKubeconfig({ cluster: { 'certificate-authority': '/a' } }),
      'clusters[1].cluster.certificate-authority',
      /authority-data/,
    ],
    [
      'unverified TLS',
      aKubeconfig({ cluster: { 'insecure-skip-tls-verify': true } }),
      'clusters[1].cluster.insecure-skip-tls-verify',
      /--insecure-kubeconfig-tls/,
    ],
    ['http', aKubeconfig({ cluster: { server: 'http://leaf' } }), 'clusters[1].cluster.server', /https/],
    [
      'another protocol',
      aKubeconfig({ cluster: { server: 'file:///etc/passwd' } }),
      'clusters[1].cluster.server',
      /https/,
    ],
    [
      'credentials in the URL',
      aKubeconfig({ cluster: { server: `https://u:${secret}@leaf` } }),
      'clusters[1].cluster.server',
      /credentials/,
    ],
    [
      'a proxy',
      aKubeconfig({ cluster: { 'proxy-url': `http://u:${secret}@p` } }),
      'clusters[1].cluster.proxy-url',
      /--allow-kubeconfig-proxy/,
    ],
    ['a password', aKubeconfig({ user: { username: 'u', password: secret } }), 'users[0].user.username', /token/],
    ['impersonation', aKubeconfig({ user: { token, as: 'admin' } }), 'users[0].user.as', /ServiceAccount/],
    ['an unknown field', aKubeconfig({ user: { token, impersonate: 'x' } }), 'users[0].user.impersonate', /remove/],
    [
      'a value that slipped into a key',
      aKubeconfig({ user: { token, [`x:${secret}`]: null } }),
      'users[0].user.(an odd key)',
      /remove/,
    ],
    ['no credentials', aKubeconfig({ user: {} }), 'users[0].user', /needs `token`/],
    [
      'a token that ends its header',
      aKubeconfig({ user: { token: `${secret}\r\nx: y` } }),
      'users[0].user.token',
      /characters/,
    ],
    ['a token that is no string', aKubeconfig({ user: { token: 12345 } }), 'users[0].user.token', /string/],
    [
      'a certificate without a key',
      aKubeconfig({ user: { 'client-certificate-data': 'YQ==' } }),
      'users[0].user.client-key-data',
      /missing/,
    ],
    [
      'an authority that is none',
      aKubeconfig({ cluster: { 'certificate-authority-data': 'YQ==' } }),
      'clusters[1].cluster.certificate-authority-data',
      /PEM/,
    ],
    ['no current context', aKubeconfig({ more: { 'current-context': '' } }), 'current-context', /name/],
    ['an unknown context', aKubeconfig({ more: { 'current-context': 'x' } }), 'current-context', /not in/],
    ['no clusters', aKubeconfig({ more: { clusters: 'none' } }), 'clusters', /array/],
  ];
  for (const [what, text, field, advice] of refused)
    it(`refuses ${what}, and names the field`, () => {
      const message = refusalOf(text);
      assert.ok(message.includes(`\`${field}\``), message);
      assert.match(message, advice);
    });

  it('refuses a forbidden field of an entry that is not in use', () => {
    const users = [
      { name: 'watcher', user: { token } },
      { name: 'other', user: { exec: { command: 'x' } } },
    ];
    assert.ok(refusalOf(aKubeconfig({ more: { users } })).includes('users[1].user.exec'));
  });

  it('refuses what is much longer than a kubeconfig before it is parsed', () => {
    assert.match(refusalOf(`# ${' '.repeat(70_000)}`), /is longer than 64 KiB/);
  });

  it('refuses what is not YAML without quoting it', () => {
    assert.match(refusalOf(`users:\n  - token: "${secret}\n a: [`), /not valid YAML \(line \d+: [A-Z_]+\)/);
  });

  it('refuses an explosion of aliases', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let n = 1; n < 9; n += 1)
      lines.push(`b${n}: &b${n} [${Array.from({ length: 9 }, () => (n === 1 ? '*a' : `*b${n - 1}`)).join(',')}]`);
    assert.match(refusalOf(lines.join('\n')), /aliases/);
  });

  for (const text of ['', 'null', '[]', 'just words', '42'])
    it(`refuses ${JSON.stringify(text)}`, () => assert.match(refusalOf(text), /it must be an object|must be/));
});
