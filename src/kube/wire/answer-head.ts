import { BrokenStreamError } from './broken-stream.ts';

/** The first lines of an answer. Names of headers are in lower case; a header that comes more than once is one, joined by commas. */
export interface AnswerHead {
  readonly version: '1.0' | '1.1';
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How the body of an answer ends. */
export type Framing =
  { readonly type: 'length'; readonly bytes: number } | { readonly type: 'chunked' } | { readonly type: 'until-close' };

/** Reads the lines of a head, without their ends; throws BrokenStreamError for anything but HTTP/1 (RFC 9112, 4 and 5). */
export const readHead = ([first = '', ...lines]: readonly string[]): AnswerHead => {
  const [, minor, status, statusText = ''] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/.exec(first) ?? [];
  if (status === undefined) throw new BrokenStreamError('the server does not speak HTTP/1.1');
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const [, name = '', text = ''] = /^([!#$%&'*+.^_`|~\w-]+):([^\r\0]*)$/.exec(line) ?? [];
    if (name === '') throw new BrokenStreamError('the answer has a header that is none');
    const key = name.toLowerCase();
    const value = withoutBlanks(text);
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  return { version: minor === '0' ? '1.0' : '1.1', status: Number(status), statusText, headers };
};

/** Without the spaces and tabs around it. No expression does this in one pass: over a line that is made for it, one takes hours. */
const withoutBlanks = (text: string): string => {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let [from, to] = [0, text.length];
  while (isBlank(from)) from += 1;
  while (to > from && isBlank(to - 1)) to -= 1;
  return text.slice(from, to);
};

/**
 * Tells where the body of the answer to a GET ends (RFC 9112, 6.3). Throws BrokenStreamError when that is said in two ways or
 * in one that is not known: what two readers would divide in two ways is not read at all.
 */
export const framingOf = ({ version, status, headers }: AnswerHead): Framing => {
  const { 'transfer-encoding': encoding, 'content-length': length } = headers;
  if (status === 204 || status === 304) return { type: 'length', bytes: 0 };
  if (encoding !== undefined) {
    if (version === '1.0' || encoding.toLowerCase() !== 'chunked' || length !== undefined)
      throw new BrokenStreamError('the answer does not say clearly where it ends');
    return { type: 'chunked' };
  }
  if (length === undefined) return { type: 'until-close' };
  if (!/^\d{1,15}$/.test(length)) throw new BrokenStreamError('the answer has no readable length');
  return { type: 'length', bytes: Number(length) };
};

/** Whether another request may follow on the same connection. */
export const staysOpen = ({ version, headers }: AnswerHead): boolean => {
  const options = (headers['connection'] ?? '').split(',').map((option) => option.trim().toLowerCase());
  return version === '1.1' ? !options.includes('close') : options.includes('keep-alive');
};
