/** The text in a kubeconfig's `…-data` field; absent when the field is absent or empty. */
export const textInBase64 = (data: string | null | undefined): string | undefined =>
  data ? Buffer.from(data, 'base64').toString('utf8') : undefined;
