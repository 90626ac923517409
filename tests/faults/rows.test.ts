import { faultRows, type Stage } from './catalogue.js';
import { broken, createFigures } from './figures.js';
import { mayMount } from './rows/resources.js';
import { openStage } from './stage.js';

/** The rows of docs/operations/faults.md, once each and small; `npm run test:faults` has them in full. */
let stage: Stage & { close(): Promise<void> };
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

for (const row of faultRows.filter(({ short }) => short === undefined)) {
  // Where nobody may mount a disk of a few megabytes, none can be full.
  const test = row.id === 'disk-full' && !mayMount ? it.skip : it;
  test(`${row.fault}: ${row.promise}`, async () => {
    const figures = createFigures();
    await row.run(stage, figures, { full: false, repeat: 0 });
    expect(broken(figures.all, 2)).toEqual([]);
  });
}
