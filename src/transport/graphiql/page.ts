import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { contentSecurityPolicy } from './content-security-policy.js';
import type { DemoAccount } from './demo-account.js';
import { type GraphiqlDocument, renderDocument } from './document.js';

/** The headers of a request that decide the answer. */
export interface GraphiqlRequest {
  readonly acceptEncoding: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** The `Host` header: WebSocket connections are allowed to this host only. */
  readonly host: string | undefined;
}

/** An HTTP answer; `body` is null exactly when `status` is 304. */
export interface GraphiqlAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** GraphiQL as one page that asks nobody else for anything. */
export interface GraphiqlPage {
  /** Answers a `GET` of the page; rejects only if the page cannot be rendered. */
  respond(request: GraphiqlRequest): Promise<GraphiqlAnswer>;
}

interface PreparedPage extends GraphiqlDocument {
  readonly gzipped: Buffer;
}

const compress = promisify(gzip);

/**
 * Creates the GraphiQL page with a bar to sign in. The page is some 9 MB (2.5 MB compressed), so nothing is
 * loaded or rendered before the first request; afterwards it is kept.
 *
 * @param options.demoAccounts offered in a list; leave it empty where accounts are real.
 */
export function createGraphiqlPage(options: { readonly demoAccounts: readonly DemoAccount[] }): GraphiqlPage {
  let prepared: Promise<PreparedPage> | undefined;

  const prepare = async (): Promise<PreparedPage> => {
    const document = await renderDocument(options.demoAccounts);
    return { ...document, gzipped: await compress(document.html) };
  };
  const preparedOnce = (): Promise<PreparedPage> => {
    prepared ??= prepare().catch((error: unknown) => {
      // A failure is not kept: the next request tries again.
      prepared = undefined;
      throw error;
    });
    return prepared;
  };

  return {
    async respond(request) {
      const page = await preparedOnce();
      const etag = `W/"${page.digest}"`;
      const headers: Record<string, string> = {
        'cache-control': 'no-cache',
        'content-security-policy': contentSecurityPolicy(page.scripts, request.host),
        'content-type': 'text/html; charset=utf-8',
        etag,
        'referrer-policy': 'no-referrer',
        vary: 'Accept, Accept-Encoding',
        'x-content-type-options': 'nosniff',
      };
      if (names(request.ifNoneMatch, etag)) return { status: 304, headers, body: null };
      if (!acceptsGzip(request.acceptEncoding)) return { status: 200, headers, body: page.html };
      return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: page.gzipped };
    },
  };
}

function names(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === etag);
}

function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((coding) => {
    const [name, weight] = coding.trim().toLowerCase().split(';');
    return name?.trim() === 'gzip' && !/^\s*q=0(\.0*)?\s*$/.test(weight ?? '');
  });
}
