/** How a cluster is reached and who Leafwatch is there. Nothing of it may reach a log, an Event, a status or an error. */
export interface Credentials {
  /** An https URL without credentials; a path is the prefix of every request. */
  readonly server: string;
  /** PEM; undefined means the system's authorities. */
  readonly ca: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName: string | undefined;
  /** The URL of the HTTP proxy through which the server is reached; it may hold credentials of its own. */
  readonly proxy?: string;
  readonly auth:
    | { readonly type: 'token'; readonly token: string }
    | { readonly type: 'certificate'; readonly certificate: string; readonly key: string };
  readonly namespace: string | undefined;
}
