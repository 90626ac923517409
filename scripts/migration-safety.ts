import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isOneTransaction } from '../src/platform/migrations/interruption.js';

const squawk = fileURLToPath(new URL('../node_modules/squawk-cli/js/bin/squawk', import.meta.url));

/** Rules that are about taste, or about what the way of running migrations sees to. */
const leftOut = [
  // Building an index takes its time; locks are what others wait for.
  'require-statement-timeout',
  // A script is one transaction, and what is not is one statement that fails as a whole.
  'prefer-robust-stmts',
  // Prisma's types.
  ...['prefer-text-field', 'prefer-bigint-over-int', 'prefer-bigint-over-smallint', 'prefer-timestamptz'],
];
/** Waits for others without making others wait. */
const leftOutAlone = ['require-lock-timeout'];

interface Finding {
  readonly line: number;
  readonly rule_name: string;
  readonly message: string;
}

/** What in a migration would hold up a system in use: locks without a timeout, rewrites, plain indexes, checks of all rows. */
export function unsafeStatements(sql: string): string[] {
  const whole = isOneTransaction(sql);
  const rules = whole ? leftOut : [...leftOut, ...leftOutAlone];
  const options = ['--pg-version', '18', '--reporter', 'json', '--exclude', rules.join(',')];
  if (whole) options.push('--assume-in-transaction');
  const { stdout, stderr, status } = spawnSync(process.execPath, [squawk, ...options], {
    input: sql,
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`squawk failed: ${stderr}`);
  const found = (JSON.parse(stdout || '[]') as Finding[]).map(
    ({ line, rule_name, message }) => `line ${line + 1}: ${rule_name}: ${message}`,
  );
  // PostgreSQL runs several statements of one script as a transaction, in which an index cannot be built concurrently.
  if (!whole && sql.replace(/--.*$/gm, '').trim().replace(/;$/, '').includes(';'))
    found.push('what is no transaction, such as CREATE INDEX CONCURRENTLY, has a migration of its own');
  return found;
}
