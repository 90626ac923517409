/** Every control character but tab, line feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Whether a text has characters that are no text, such as NUL, which PostgreSQL cannot hold. */
export function hasControls(text: string): boolean {
  return controls.test(text);
}

/** Whether a text is Unicode: half a surrogate pair is not. */
export function isUnicode(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Whether a row can hold the text, so that something may be found by it. */
export function isStorable(text: string): boolean {
  return !hasControls(text) && isUnicode(text);
}
