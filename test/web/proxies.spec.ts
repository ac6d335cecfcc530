import assert from 'node:assert/strict';
import { proxyFor } from '../../src/web/proxies.ts';

const proxies = { httpsProxy: 'http://secure:1', httpProxy: 'http://plain:2' };
const by = (url: string, noProxy?: string) => proxyFor({ ...proxies, noProxy })(new URL(url))?.slice(7);

describe('web/proxies', () => {
  it('leads to a server by the proxy for its protocol, where there is one', () => {
    assert.equal(by('https://github.com/org/repo'), 'secure:1');
    assert.equal(by('http://github.com/org/repo'), 'plain:2');
    assert.equal(proxyFor({})(new URL('https://github.com')), undefined);
    assert.equal(proxyFor({ httpProxy: 'http://plain:2' })(new URL('https://github.com')), undefined);
  });

  it('is never used for loopback', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]'])
      assert.equal(by(`https://${host}:3000/`), undefined);
  });

  // As golang.org/x/net/http/httpproxy documents NO_PROXY.
  for (const [noProxy, without, through] of [
    ['example.com', ['example.com', 'git.example.com', 'EXAMPLE.com:8443'], ['anexample.com', 'example.com.evil.org']],
    ['.example.com', ['git.example.com'], ['example.com']],
    ['*.example.com', ['git.example.com'], ['example.com']],
    ['example.com:8443', ['example.com:8443'], ['example.com', 'example.com:3000']],
    ['example.com:443', ['example.com'], ['example.com:8443']],
    ['10.0.0.0/8', ['10.1.2.3', '10.255.0.1:3000'], ['11.0.0.1', 'ten.example.com']],
    ['192.0.2.7', ['192.0.2.7'], ['192.0.2.70']],
    ['fd00::/8,2001:db8::1', ['[fd00::1]', '[2001:db8::1]'], ['[2001:db8::2]', '10.0.0.1']],
    ['.svc, .cluster.local ,10.96.0.0/12', ['gitea.git.svc', 'a.cluster.local', '10.100.0.1'], ['github.com']],
    ['*', ['github.com', '192.0.2.1'], []],
    ['', [], ['github.com']],
    [',,/,10.0.0.0/99,:443,10.0.0.0/', [], ['github.com', '10.0.0.1']],
  ] as const)
    it(`is not used for what NO_PROXY names: ${JSON.stringify(noProxy)}`, () => {
      for (const host of without) assert.equal(by(`https://${host}/`, noProxy), undefined, host);
      for (const host of through) assert.equal(by(`https://${host}/`, noProxy), 'secure:1', host);
    });
});
