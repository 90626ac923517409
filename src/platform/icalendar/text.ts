/** Lines end so (RFC 5545, 3.1). */
const lineEnd = '\r\n';
/** Octets of a line at most, without its end. */
const maxOctets = 75;

/** A property's value as text, with what has a meaning in the format escaped (RFC 5545, 3.3.11). */
export function escapedText(value: string): string {
  return withoutControls(value.replaceAll(/\r\n?/g, '\n'))
    .replaceAll(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll('\n', '\\n');
}

/** A parameter's value in quotes, which it cannot hold itself (RFC 5545, 3.2). */
export function quoted(value: string): string {
  return `"${withoutControls(value).replaceAll('\n', ' ').replaceAll('"', '’')}"`;
}

/** An instant in UTC: `20260329T071500Z`. */
export function utcTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Lines as the format wants them: long ones folded between characters, never within one. */
export function joinedLines(lines: readonly string[]): string {
  return lines.map((line) => folded(line) + lineEnd).join('');
}

function folded(line: string): string {
  let result = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > maxOctets) {
      // The space that begins a continuation counts.
      result += `${lineEnd} `;
      octets = 1;
    }
    result += character;
    octets += size;
  }
  return result;
}

function withoutControls(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the format does not take
  return value.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
