import { faultRows, type Stage } from './catalogue.js';
import { broken, createFigures } from './figures.js';
import { record } from './results.js';
import { openStage } from './stage.js';

/** How often each row is run; 20 for the figures of docs/operations/faults.md. */
const repeats = Number(process.env['REPEATS'] ?? 1);
/** Only these rows, by id, when it is set. */
const wanted = process.env['ROWS']?.split(',');

let stage: Stage & { close(): Promise<void> };
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

for (const row of faultRows.filter(({ id }) => !wanted || wanted.includes(id))) {
  it(`${row.fault}: ${row.promise}`, async () => {
    const problems: string[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const figures = createFigures();
      await row.run(stage, figures, { full: true, repeat });
      await record(row.id, figures.all);
      const found = broken(figures.all);
      if (found.length > 0) process.stderr.write(`${found}\n${stage.system.lastWords()}\n`);
      problems.push(...found);
    }
    expect(problems).toEqual([]);
  });
}
