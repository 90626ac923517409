import { parseArgs } from 'node:util';
import { runEntry, UsageError } from './app/entry.js';
import { openFoundation } from './app/foundation.js';
import { makeAdmin } from './app/operator.js';
import { readConfig } from './config/config.js';
import { createLogger } from './platform/logger.js';

const help = `Makes an admin, and a school if it is new, and prints the password.

npm run admin:create -- --email ADDRESS [options]

  --email ADDRESS      to sign in with
  --name NAME          that others see (the address before its @)
  --organization NAME  the school: its id, or its name, which makes it if there is none; the default school if not given
  --owner              answers for the school; may do all that an admin may
  --help               this text
`;

const options = {
  email: { type: 'string' },
  name: { type: 'string' },
  organization: { type: 'string' },
  owner: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `npm run admin:create`. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { email, name, organization, owner } = values;
  if (!email) throw new UsageError(`--email is required\n\n${help}`);
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, pretty: config.logPretty });
  const foundation = await openFoundation(config, logger);
  try {
    const made = await makeAdmin(foundation, {
      email,
      displayName: name?.trim() || (email.split('@')[0] ?? email),
      role: owner ? 'OWNER' : 'ADMIN',
      organization: organization?.trim() || null,
    });
    process.stdout.write(
      `${made.newOrganization ? 'Made the school' : 'In the school'} ${made.organizationName} (${made.organizationId}):\n` +
        `  ${made.userId}\n  ${email}\n  ${made.password}\n`,
    );
    return 0;
  } finally {
    await foundation.stop();
  }
}

runEntry(main);
