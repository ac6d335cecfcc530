import { generate } from 'selfsigned';

/** A fresh certificate for loopback that is its own authority, and its key, in PEM. */
export const createCertificate = async (): Promise<{ readonly cert: string; readonly key: string }> => {
  const tenYears = 10 * 365 * 24 * 3600 * 1000;
  const pair = await generate([{ name: 'commonName', value: 'leafwatch-sandbox' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 3600 * 1000),
    notAfterDate: new Date(Date.now() + tenYears),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert: pair.cert, key: pair.private };
};
