import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { certificateEnds } from '../../../src/kube/kubeconfig/certificate-ends.ts';
import type { Credentials } from '../../../src/kube/wire/credentials.ts';
import { createCertificate } from '../../../src/sandbox/api-server/certificate.ts';

const credentials: Credentials = {
  server: 'https://leaf',
  ca: undefined,
  insecureSkipTlsVerify: false,
  tlsServerName: undefined,
  auth: { type: 'token', token: 'a-token' },
  namespace: undefined,
};

describe('certificateEnds', () => {
  it('knows no end where there is no certificate', () => {
    assert.deepEqual(certificateEnds(credentials), { client: undefined, authority: undefined });
  });

  it("are those of the client's certificate, and of the last of several authorities", async () => {
    const [one, other] = [await createCertificate(), await createCertificate()];
    const [end, otherEnd] = [one, other].map(({ cert }) => Date.parse(new X509Certificate(cert).validTo)) as [
      number,
      number,
    ];
    const auth = { type: 'certificate', certificate: one.cert, key: one.key } as const;
    const bundle = `# old\n${one.cert}\n# new\n${other.cert}\n`;
    assert.deepEqual(certificateEnds({ ...credentials, auth, ca: bundle }), {
      client: end,
      authority: Math.max(end, otherEnd),
    });
  });

  it('take no time to find in what only looks like certificates', () => {
    const begun = performance.now();
    const ca = '-----BEGIN CERTIFICATE-----\n'.repeat(30_000);
    assert.deepEqual(certificateEnds({ ...credentials, ca }), { client: undefined, authority: undefined });
    assert.ok(performance.now() - begun < 1000);
  });
});
