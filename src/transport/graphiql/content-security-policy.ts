import { createHash } from 'node:crypto';

/**
 * The policy of the page: only its own scripts run, and they reach only the server that sent them.
 * Styles may be inline because the code editor writes them; its workers are made from blobs.
 *
 * @param scripts the hash of every inline script that may run.
 * @param host the `Host` header of the request; anything that is no host name with an optional port is left out.
 */
export function contentSecurityPolicy(scripts: readonly ScriptHash[], host: string | undefined): string {
  // Some browsers do not count ws: and wss: of the same host as 'self'.
  const sockets =
    host && /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    `script-src ${scripts.map((hash) => `'${hash}'`).join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A CSP source expression, without its quotes, that allows one inline script. */
export type ScriptHash = `sha256-${string}`;

/** Hashes an inline script as browsers do: over the text between its tags, in UTF-8. */
export function hashScript(text: string): ScriptHash {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
