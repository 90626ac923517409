import { setTimeout as sleep } from 'node:timers/promises';
import { openDoor } from './door.js';
import { besiege, families, type Siege } from './siege.js';
import { openTarget, type Target } from './target.js';

// All families against a process in production mode, or against ATTACK_URL. Of the cases that are made from the schema
// every one is tried, or one of ATTACK_STEP by ATTACK_SEED.
const step = Number(process.env['ATTACK_STEP'] ?? 1);
const seed = Number(process.env['ATTACK_SEED'] ?? 1);
const thorough = step === 1;
/** A short run, where something else is measured or proven, needs no more than that: `ATTACK_LIMIT_MS=500`. */
const givenLimit = process.env['ATTACK_LIMIT_MS'];

let target: Target;
let siege: Siege;
let limitMs = 500;
let attacked = 0;
const honest = {
  asked: 0,
  wrong: [] as string[],
  times: [] as number[],
  stop: false,
  done: Promise.resolve(),
};

beforeAll(async () => {
  target = await openTarget();
  limitMs = givenLimit ? Number(givenLimit) : await calibrated();
  siege = besiege(target, { step, seed }, limitMs);
  honest.done = askHonestly();
}, 60_000);

afterAll(async () => {
  honest.stop = true;
  await honest.done;
  await siege.end();
  await target.stop();
});

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Half a second is for a machine that does nothing else: on a busy one even the simplest question takes longer. */
async function calibrated(): Promise<number> {
  const door = openDoor(target.origin, null);
  const times: number[] = [];
  for (let i = 0; i < 20; i++) times.push((await door.post({ query: '{ __typename }' })).ms);
  return 500 * Math.max(1, median(times) / 10);
}

/** Somebody of the attacked school goes on with their work. */
async function askHonestly(): Promise<void> {
  const door = openDoor(target.origin, target.honest);
  while (!honest.stop) {
    const reply = await door.post({
      query: '{ viewer { id } lessons(first: 5) { edges { node { id title } } } }',
    });
    honest.asked++;
    honest.times.push(reply.ms);
    if (reply.status !== 200 || (target.honest && /"errors"/.test(reply.text)))
      honest.wrong.push(reply.text.slice(0, 200));
    await sleep(40);
  }
}

it.each(families.map((family) => [family.name, family] as const))(
  '%s',
  async (_name, family) => {
    expect(await siege.attack(family)).toEqual([]);
    attacked++;
    expect(target.alive()).toBe(true);
  },
  thorough ? 600_000 : 60_000,
);

it('meanwhile an honest person was answered, rightly and in time', () => {
  const p95 = [...honest.times].sort((a, b) => a - b)[Math.floor(honest.times.length * 0.95)] ?? 0;
  process.stdout.write(
    `${attacked} of ${families.length} families as they should be, ${siege.attempts} attempts, limit ${limitMs.toFixed(0)} ms; an honest client meanwhile: ${honest.asked} answers, median ${median(honest.times).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, longest ${Math.max(...honest.times).toFixed(0)} ms\n`,
  );
  expect(honest.wrong).toEqual([]);
  expect(honest.asked).toBeGreaterThan(5);
  expect(p95).toBeLessThan(limitMs);
});
