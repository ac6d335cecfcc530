import { validateHeaderValue } from 'node:http';

/** The text of a GET over HTTP/1.1. Throws for a header that could not stand in it, without showing its value. */
export const requestText = (url: URL, headers: Readonly<Record<string, string>>): string => {
  const all = { host: url.host, accept: 'application/json', 'user-agent': 'leafwatch', ...headers };
  const lines = Object.entries(all).map(([name, value]) => {
    validateHeaderValue(name, value);
    return `${name}: ${value}\r\n`;
  });
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
};
