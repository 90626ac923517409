import { tsImport } from 'tsx/esm/api';

/** Jest runs this file outside its own TypeScript transform. */
export default async function globalSetup() {
  const { startSuitePostgres } = await tsImport('./suite-postgres.ts', import.meta.url);
  globalThis.endSuitePostgres = await startSuitePostgres();
}
