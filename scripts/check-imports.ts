import { findCycles, findViolations } from './import-table.js';

const violations = await findViolations();
const cycles = await findCycles();
for (const { file, imports } of violations)
  process.stderr.write(`src/${file} must not import src/${imports}\n`);
for (const cycle of cycles) process.stderr.write(`a ring of imports: ${cycle.join(' → ')}\n`);
process.exitCode = violations.length + cycles.length > 0 ? 1 : 0;
