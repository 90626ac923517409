import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { problemIn } from '../../shared/errors/field-rules.js';
import { asError, type FieldProblem } from '../../shared/errors.js';
import { defaultLanguage } from '../../shared/language.js';
import { isPublicAddress } from './public-address.js';

/** A request to an address that somebody else has chosen. */
export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Gives the request up. */
  readonly signal: AbortSignal;
}

/** What was answered; the body is of no interest but for a log. */
export interface OutboundAnswer {
  readonly status: number;
  /** Its beginning, as text. */
  readonly body: string;
}

/** Sends requests to other people's servers without letting them reach ours. */
export interface Outbound {
  /**
   * POSTs, and gives the answer whatever its status; a redirect is an answer. Throws `AddressRefused`, or
   * `Unreachable` when there is no answer in time.
   */
  post(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Why a URL can never be sent to; null when it may be. A host's address is checked when it is connected to. */
  refusalOf(url: string): FieldProblem | null;
}

export interface OutboundOptions {
  /** Allows http and addresses that are not public: for receivers on a developer's machine. */
  readonly allowInsecure: boolean;
  /** For tests; the system's by default. */
  readonly lookup?: LookupFunction;
  /** For the whole of a request. */
  readonly timeoutSeconds?: number;
}

/** The address is not one of the public internet. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** No connection, or no answer in time. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

const maxUrlCharacters = 2_048;
const keptBodyCharacters = 500;

/** Creates it. Every request has a connection of its own, to exactly the addresses that were checked. */
export function createOutbound({
  allowInsecure,
  lookup = systemLookup as LookupFunction,
  timeoutSeconds = 15,
}: OutboundOptions): Outbound {
  const mayReach = (address: string) => allowInsecure || isPublicAddress(address);

  // The socket asks here for the addresses that it then connects to. Asking first and connecting by name would let a
  // name answer with a public address the first time, and with one of ours the second.
  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const refused = addresses.find(({ address }) => !mayReach(address));
      if (refused || addresses.length === 0) {
        return callback(new AddressRefused(`${hostname} has a private address.`), []);
      }
      const [first] = addresses;
      if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
  };

  function refusalOf(text: string): FieldProblem | null {
    if (text.length > maxUrlCharacters) return { rule: 'AT_MOST_CHARACTERS', max: maxUrlCharacters };
    if (!URL.canParse(text)) return { rule: 'URL' };
    const { protocol, username, password, hostname } = new URL(text);
    if (protocol !== 'https:' && !(allowInsecure && protocol === 'http:')) return { rule: 'HTTPS' };
    if (username || password) return { rule: 'URL_WITHOUT_USER' };
    // A name is looked up when it is connected to; a number is never looked up, so it is checked here.
    const address = hostname.replace(/^\[|\]$/g, '');
    return isIP(address) && !mayReach(address) ? { rule: 'PUBLIC_ADDRESS' } : null;
  }

  return {
    refusalOf,
    async post({ url, headers, body, signal }) {
      const refusal = refusalOf(url);
      if (refusal) throw new AddressRefused(`The URL ${problemIn(defaultLanguage, refusal)}.`);
      const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1_000)]);
      const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
      try {
        return await new Promise<OutboundAnswer>((resolve, reject) => {
          const request = send(url, {
            method: 'POST',
            agent: false,
            lookup: checkedLookup,
            signal: end,
            headers: { ...headers, 'content-length': body.length, 'user-agent': 'Lectern' },
          });
          request.on('error', reject);
          request.on('response', (response) => {
            readStart(response).then((text) => {
              resolve({ status: response.statusCode ?? 0, body: text });
              request.destroy();
            }, reject);
          });
          request.end(body);
        });
      } catch (thrown) {
        if (thrown instanceof AddressRefused) throw thrown;
        signal.throwIfAborted();
        const error = asError(thrown);
        const message = end.aborted ? `no answer within ${timeoutSeconds} s` : messageOf(error);
        throw new Unreachable(`${new URL(url).host}: ${message}`, { cause: error });
      }
    },
  };
}

/** The beginning of the body: whatever a server sends, no more is read. */
async function readStart(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    if (text.length >= keptBodyCharacters) break;
  }
  return text.slice(0, keptBodyCharacters);
}

/** Several addresses that all failed are one error without a message. */
function messageOf(error: Error & { readonly errors?: readonly Error[] }): string {
  return error.message || (error.errors ?? []).map(({ message }) => message).join(', ') || error.name;
}
