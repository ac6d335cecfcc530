import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../fixtures/recordings/webhook/', import.meta.url);

export interface RecordedWebhook {
  readonly file: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const read = (file: string): RecordedWebhook => {
  const bytes = readFileSync(new URL(file, folder));
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2),
  ]);
  return {
    file,
    method,
    path,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: bytes.subarray(end + 4),
  };
};

/** Every POST that a real notification-controller has sent, byte for byte, in the order in which they came. */
export const recordedWebhooks = readdirSync(folder)
  .filter((file) => file.endsWith('.http'))
  .sort()
  .map(read);

/** The key of every signature among them. */
export const recordedKey = readFileSync(new URL('token.txt', folder));
