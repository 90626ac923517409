import { parseArgs } from 'node:util';
import { runEntry, UsageError } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { findPerson } from './app/operator.js';
import { createServices } from './app/services.js';
import { readConfig } from './config/config.js';
import { createLogger } from './platform/logger.js';

const help = `What a school owes people who ask for their data and cannot ask for it themselves.

npm run account:data -- export --email ADDRESS > data.json
npm run account:data -- erase  --email ADDRESS --yes

  export  prints everything that is known about the person, as JSON
  erase   erases the person at once and for good; --yes says that it is meant
`;

const options = {
  email: { type: 'string' },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `npm run account:data`. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command] = positionals;
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (!values.email || (command !== 'export' && command !== 'erase')) throw new UsageError(help);
  if (command === 'erase' && !values.yes) throw new UsageError('An erasure cannot be undone: say --yes.');
  const config = readConfig();
  // The output is the data: what is logged must not come between.
  const logger = createLogger({ level: 'error', pretty: config.logPretty });
  const foundation = await openFoundation(config, logger);
  try {
    const { privacy } = createServices(foundation);
    const person = await findPerson(foundation, values.email);
    if (command === 'erase') {
      await privacy.erasePerson(person, null);
      process.stdout.write('The account was erased.\n');
    } else {
      const { createdAt, tables } = await privacy.exportPerson(person, null);
      const data = Object.fromEntries(tables.map(({ table, rows }) => [table, rows]));
      process.stdout.write(`${JSON.stringify({ createdAt, data }, null, 2)}\n`);
    }
    return 0;
  } finally {
    await foundation.stop();
  }
}

runEntry(main);
