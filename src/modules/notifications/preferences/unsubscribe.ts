import { AppError } from '../../../shared/errors.js';
import {
  type UnsubscribeLinks,
  type Unsubscription,
  unsubscribePath,
} from '../delivery/unsubscribe-links.js';
import type { PreferenceService } from './service.js';

/** An endpoint in the form that the transport takes. */
interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (request: { readonly query: Readonly<Record<string, string>> }) => Promise<{
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }>;
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
};

/**
 * What the links in mails lead to. A GET only asks, since scanners of mail follow every link; a POST unsubscribes,
 * whether it comes from that page or, with one click, from a mail program (RFC 8058).
 */
export function unsubscribeRoutes(
  links: UnsubscribeLinks,
  service: Pick<PreferenceService, 'unsubscribe'>,
): Endpoint[] {
  function read(query: Readonly<Record<string, string>>): Unsubscription {
    const what = links.read(query['token'] ?? '');
    if (!what) throw new AppError('NOT_FOUND');
    return what;
  }
  return [
    {
      method: 'GET',
      path: unsubscribePath,
      async handle({ query }) {
        read(query);
        return { headers, body: page(question) };
      },
    },
    {
      method: 'POST',
      path: unsubscribePath,
      async handle({ query }) {
        await service.unsubscribe(read(query));
        return { headers, body: page(done) };
      },
    },
  ];
}

// The page does not know who reads it, nor need it: the two languages of the mails are both there.
const question = `<p>Більше не надсилати таких листів? / Send no more of these e-mails?</p>
<form method="post"><button>Так / Yes</button></form>`;
const done = '<p>Таких листів більше не буде. / You will get no more of these e-mails.</p>';

function page(content: string): string {
  return `<!doctype html>
<html lang="uk">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lectern</title></head>
<body style="font: 16px/1.5 sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em">
${content}
</body>
</html>
`;
}
