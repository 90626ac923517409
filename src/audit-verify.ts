import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runEntry, UsageError } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { readConfig } from './config/config.js';
import { type ChainEnd, verifyAudit } from './platform/audit/verify.js';
import { createLogger } from './platform/logger.js';

const help = `Checks that nothing in the audit log was changed since it was written.

npm run audit:verify -- [--expect FILE]

  --expect FILE  the output of an earlier run, kept where nobody can change it: also finds a log that was cut or
                 rewritten as a whole
  --help         this text

Prints the end of every school's log (organization, number, SHA-256) and exits with 0, or tells what was changed and
exits with 1.
`;

/** The ends in the output of an earlier run; a line that is none is a comment. */
function parseEnds(text: string): ChainEnd[] {
  const ends = [...text.matchAll(/^([0-9a-f-]{36}) (\d+) ([0-9a-f]{64})$/gm)];
  if (ends.length === 0) throw new UsageError('--expect names no output of an earlier run');
  return ends.map(([, organizationId = '', seq, hash = '']) => ({ organizationId, seq: Number(seq), hash }));
}

/** `npm run audit:verify`. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { expect: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const expected = values.expect ? parseEnds(await readFile(values.expect, 'utf8')) : [];
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
  const foundation = await openFoundation(config, logger);
  try {
    const { entries, ends, problems } = await verifyAudit(foundation.database, expected);
    for (const { organizationId, seq, hash } of ends)
      process.stdout.write(`${organizationId} ${seq} ${hash}\n`);
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    process.stderr.write(`${entries} entries, ${problems.length} problems\n`);
    return problems.length > 0 ? 1 : 0;
  } finally {
    await foundation.stop();
  }
}

runEntry(main);
