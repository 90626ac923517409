import { invalid } from '../../shared/errors.js';

/** The list is read once, at the first password that is set: 50,000 words take a tenth of a second to unpack. */
let commonPasswords: Promise<ReadonlySet<string>> | undefined;

async function readCommonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}

/** What a password must not be made of: the name of the service, and what others know of its owner. */
interface Owner {
  readonly email: string;
  readonly displayName: string;
}

/** Refuses a password that is guessed first: one of those that most people take, or the owner's own name or address. */
export async function requireUncommon(path: string, password: string, owner: Owner | null): Promise<void> {
  commonPasswords ??= readCommonPasswords();
  const plain = fold(password);
  if ((await commonPasswords).has(plain)) throw invalid(path, { rule: 'COMMON_PASSWORD' });
  const known = owner ? [owner.email, owner.email.split('@')[0] ?? '', owner.displayName] : [];
  if (known.map(fold).includes(plain)) throw invalid(path, { rule: 'OWN_NAME' });
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
