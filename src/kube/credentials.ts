/** How a cluster is reached and who Leafwatch is there. Nothing of it may reach a log, an Event, a status or an error. */
export interface Credentials {
  /** An https URL without credentials; a path is the prefix of every request. */
  readonly server: string;
  /** PEM; undefined means the system's authorities. */
  readonly ca: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName: string | undefined;
  readonly auth:
    | { readonly type: 'token'; readonly token: string }
    | { readonly type: 'certificate'; readonly certificate: string; readonly key: string };
  readonly namespace: string | undefined;
}
