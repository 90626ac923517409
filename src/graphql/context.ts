import { AppError } from '../shared/errors.js';
import { defaultLanguage, type Language, languageOf } from '../shared/language.js';
import type { Viewer } from '../shared/viewer.js';

/** The services that resolvers call. Each module adds its own by declaration merging, so nothing here knows a feature. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the modules
export interface Services {}

/** Where a request came from. */
export interface Caller {
  /** IP address, for limits. */
  readonly address: string;
  /** What limits count: the address, or the network that an IPv6 client may pick its addresses from. */
  readonly network: string;
  readonly userAgent: string | null;
  /** The language of ours that it asks for (`Accept-Language`); null when it asks for none. */
  readonly language: Language | null;
}

/** The WebSocket that an operation came over. */
export interface SocketOfOperation {
  /** Takes a fresh access token of the same session; gives until when the socket may stay. Throws UNAUTHENTICATED. */
  authenticate(accessToken: string): Promise<Date>;
}

/** What one operation runs with. It is made anew for each operation and for each event, since loaders cache in it. */
export interface Context {
  readonly viewer: Viewer | null;
  readonly services: Services;
  readonly caller: Caller;
  readonly requestId: string;
  /** Told with the answer. */
  readonly rateLimit?: RateLimitState | null;
  /** Absent over HTTP. */
  readonly socket?: SocketOfOperation;
}

/** What a caller has left, as answers tell it: whole seconds and points. */
export interface RateLimitState {
  readonly cost: number;
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/**
 * The language of whoever reads the answer: what the request or the socket's handshake asks for, else the locale of
 * the signed-in person, else English. `*`, which many programs send, asks for none.
 */
export function readerLanguage({ caller, viewer }: Pick<Context, 'caller' | 'viewer'>): Language {
  return caller.language ?? (viewer ? languageOf(viewer.locale) : defaultLanguage);
}

/** The signed-in person; fails with UNAUTHENTICATED. */
export function requireViewer(context: Context): Viewer {
  if (!context.viewer) throw new AppError('UNAUTHENTICATED');
  return context.viewer;
}
