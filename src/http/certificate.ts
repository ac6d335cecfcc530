import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { FailureError } from '../model/failure.ts';

interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate of a server, from files that are replaced while it runs. */
export interface Certificate {
  /** Throws a FailureError that names the files where they cannot be read, or do not fit together. */
  readonly read: () => KeyPair;
  /** Tells of each pair that replaces the one before; one that is unfit, or half written, is not told. Ends with the function that it answers. */
  readonly onChange: (tell: (pair: KeyPair) => void) => () => void;
}

// Kubernetes replaces the files of a Secret by turning a link, which no notification of the file system tells of.
const everyFewSeconds = 5_000;

/** The certificate (chain) and key of two PEM files, which are looked at every `interval` milliseconds. */
export const certificateIn = (
  certFile: string,
  keyFile: string,
  onTrouble: (trouble: string) => void,
  interval = everyFewSeconds,
): Certificate => {
  const read = (): KeyPair => {
    try {
      const pair = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
      createSecureContext(pair);
      return pair;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `the certificate in ${certFile} and its key in ${keyFile} cannot be used: ${why}`;
      throw new FailureError({ remedy: 'give-up', reason: 'CertificateUnusable', message }, { cause: error });
    }
  };
  return {
    read,
    onChange: (tell) => {
      const reload = (): void => {
        try {
          tell(read());
        } catch (error) {
          onTrouble(`${error instanceof Error ? error.message : String(error)}; the one before stays in use`);
        }
      };
      const files = [certFile, keyFile];
      for (const file of files) watchFile(file, { interval, persistent: false }, reload);
      return () => {
        for (const file of files) unwatchFile(file, reload);
      };
    },
  };
};
