import { startSuitePostgres } from './suite-postgres.ts';

/** Jest runs this file outside its own TypeScript transform; `--import tsx` is what reads TypeScript here. */
export default async function globalSetup() {
  globalThis.endSuitePostgres = await startSuitePostgres();
}
