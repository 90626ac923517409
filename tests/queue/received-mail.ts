/** A mail as its reader sees it. */
export interface ReceivedMail {
  /** Of the envelope. */
  readonly recipients: readonly string[];
  /** By lower-case name, unfolded and decoded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly { readonly contentType: string; readonly content: string }[];
}

/** Reads a message of the kind that we send: headers, text and HTML as alternatives, and what is attached to them. */
export function parseMail(raw: string, recipients: readonly string[]): ReceivedMail {
  const { headers, body } = split(raw);
  const parts = leavesOf({ headers, body });
  const contentOf = (type: string) => {
    const part = parts.find((candidate) => candidate.headers['content-type']?.startsWith(type));
    return part ? contentOfPart(part) : '';
  };
  const attachments = parts
    .filter((part) => part.headers['content-disposition']?.startsWith('attachment'))
    .map((part) => ({ contentType: part.headers['content-type'] ?? '', content: contentOfPart(part) }));
  return { recipients, headers, text: contentOf('text/plain'), html: contentOf('text/html'), attachments };
}

interface Part {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The parts that hold something, out of those that hold parts. */
function leavesOf(part: Part): Part[] {
  const boundary = /boundary="([^"]+)"/.exec(part.headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) return [part];
  return part.body.split(`--${boundary}`).slice(1, -1).map(split).flatMap(leavesOf);
}

function contentOfPart({ headers, body }: Part): string {
  return decoded(body, headers['content-transfer-encoding'] ?? '');
}

function split(part: string): { headers: Record<string, string>; body: string } {
  const [head = '', ...rest] = part.replace(/^\r\n/, '').split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
  });
  return { headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') };
}

/** Encoded words (RFC 2047). White space between two of them does not count. */
function words(value: string): string {
  return value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_all, encoding: string, text: string) =>
      encoding.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('latin1')
        : quoted(text.replaceAll('_', ' ')),
    )
    .replace(/^.*$/s, (text) =>
      /[\u0080-\u00ff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text,
    );
}

function quoted(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  return Buffer.from(quoted(body.replaceAll(/=\r\n/g, '')), 'latin1').toString('utf8');
}
