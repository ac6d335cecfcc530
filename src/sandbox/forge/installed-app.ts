import { createVerify, type KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { created, notFound, refused, type Answer } from './answer.ts';
import { answerCheck } from './check-answer.ts';
import { tokenOf } from './rest-api.ts';

/** A GitHub App with one installation; its tokens are good for `lifetime` milliseconds. */
export interface SandboxApp {
  readonly id: string;
  readonly installation: string;
  readonly publicKey: KeyObject;
  readonly lifetime: number;
}

interface Claims {
  readonly iss?: string | number;
  readonly exp?: number;
}

const claimsOf = (jwt: string, { publicKey }: SandboxApp): Claims | undefined => {
  const [header, payload, signature] = jwt.split('.');
  if (!header || !payload || !signature) return undefined;
  const verify = createVerify('RSA-SHA256').update(`${header}.${payload}`);
  if (!verify.verify(publicKey, signature, 'base64url')) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
};

const operation = 'POST /app/installations/{installation_id}/access_tokens';

/** Gives the App's installation its tokens, as GitHub does: for a JWT that the App's key has signed and that is not over. */
export const installedApp = (app: SandboxApp) => {
  const check = answerCheck();
  const tokens = new Map<string, number>();
  const grant = (request: IncomingMessage, url: URL): Answer => {
    const claims = claimsOf(tokenOf(request) ?? '', app);
    if (String(claims?.iss) !== app.id || (claims?.exp ?? 0) * 1000 < Date.now())
      return refused(401, 'A JSON web token could not be decoded');
    if (!url.pathname.endsWith(`/installations/${app.installation}/access_tokens`)) return notFound;
    const token = `ghs_${tokens.size + 1}`;
    const end = Date.now() + app.lifetime;
    tokens.set(token, end);
    return created({
      ...{ token, expires_at: new Date(end).toISOString(), repository_selection: 'selected' },
      permissions: { contents: 'write', pull_requests: 'write', statuses: 'write' },
    });
  };
  return {
    isToken: (token: string): boolean => (tokens.get(token) ?? 0) > Date.now(),
    isAsked: (url: URL): boolean => url.pathname.includes('/app/installations/'),
    answer: (request: IncomingMessage, url: URL): Answer => {
      const answer = grant(request, url);
      check(operation, answer);
      return answer;
    },
  };
};
