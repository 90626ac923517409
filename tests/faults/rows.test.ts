import { openSuiteServer } from './faulty-server.js';
import { broken, createFigures, type Figures } from './figures.js';
import { apiKilled, apiTerminated, deploy } from './rows/endings.js';
import { commitUnheard, databaseFrozen, databaseStopped } from './rows/outages.js';
import { type ApiProcess, type FaultSystem, openSystem } from './system.js';

/** The rows of docs/operations/faults.md, once each and small; `npm run test:faults` has them in full. */
let system: FaultSystem;
let api: ApiProcess;
beforeAll(async () => {
  system = await openSystem(openSuiteServer);
  api = await system.startApi();
});
afterAll(() => system.close());

async function keeps(scenario: (figures: Figures) => Promise<void>): Promise<void> {
  const figures = createFigures();
  await scenario(figures);
  expect(broken(figures.all)).toEqual([]);
}
const small = { rooms: 2, subscribersPerRoom: 10 };

it('PostgreSQL stopped: refused within a second, not ready but alive, well again within two', () =>
  keeps((figures) => databaseStopped(system, api, figures)));
it('PostgreSQL frozen: refused within 2.5 seconds, and the pool is whole afterwards', () =>
  keeps((figures) => databaseFrozen(system, api, figures)));
it('the answer to a commit is lost: a retry with the same key has no second effect', () =>
  keeps((figures) => commitUnheard(system, api, figures)));
it('SIGTERM under load: no request fails behind a retrying client, sockets resume, 15 seconds at most', () =>
  keeps((figures) => apiTerminated(system, small, figures)));
it('kill -9 under load: clients resume, and nothing is lost', () =>
  keeps((figures) => apiKilled(system, small, figures)));
it('a deployment: no request fails behind a retrying client, no event is lost', () =>
  keeps((figures) => deploy(system, small, figures)));
