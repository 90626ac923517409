import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphQLEnumType } from 'graphql';
import { type Door, openDoor, type Reply } from './door.js';
import { authorization } from './families/authorization.js';
import { documentCost } from './families/document-cost.js';
import { http } from './families/http.js';
import { injection } from './families/injection.js';
import { recon } from './families/recon.js';
import { websocket } from './families/websocket.js';
import type { Family, World } from './family.js';
import { judge } from './judge.js';
import { wordsOf } from './leaks.js';
import { openTarget, publishedSchema, type Target } from './target.js';

/** Of the cases that are made from the schema every one is tried, or every so many: ATTACK_STEP. */
const step = Number(process.env['ATTACK_STEP'] ?? 1);
const thorough = step === 1;
const families = [...documentCost, ...recon, ...http, ...injection, ...authorization, ...websocket];
const codes = new Set(
  (publishedSchema.getType('ErrorCode') as GraphQLEnumType).getValues().map(({ name }) => name),
);

let target: Target;
let world: World;
let limitMs = 500;
const doors = new Map<string, Door>();
const honest = {
  asked: 0,
  wrong: [] as string[],
  times: [] as number[],
  stop: false,
  done: Promise.resolve(),
};
const counted = { attempts: 0, families: 0 };

beforeAll(async () => {
  target = await openTarget();
  world = { schema: publishedSchema, victims: target.victims, step };
  for (const { name, token } of target.attackers) doors.set(name, openDoor(target.origin, token));
  await calibrate();
  honest.done = askHonestly();
}, 60_000);

afterAll(async () => {
  honest.stop = true;
  await honest.done;
  for (const door of doors.values()) await door.close();
  await target.stop();
});

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Half a second is for a machine that does nothing else: on a busy one even the simplest question takes longer. */
async function calibrate(): Promise<void> {
  const door = openDoor(target.origin, null);
  const times: number[] = [];
  for (let i = 0; i < 20; i++) times.push((await door.post({ query: '{ __typename }' })).ms);
  limitMs = 500 * Math.max(1, median(times) / 10);
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

async function attack(family: Family, door: Door): Promise<string[]> {
  const problems: string[] = [];
  const measure = (sent: readonly string[], slow: boolean) => ({
    ...{ family, sent, codes, canaries: target.canaries },
    // A sign-up takes whole half seconds, so that its time tells nothing.
    limitMs: slow ? limitMs + 1_500 : limitMs,
  });
  const look = (reply: Reply, sent: readonly string[], slow = false) => {
    counted.attempts++;
    problems.push(...judge(reply, measure(sent, slow)));
  };
  if (family.act) {
    for (const reply of await family.act(door, world)) look(reply, wordsOf(reply.what));
    return problems;
  }
  for (const operation of family.operations?.(world) ?? []) {
    const sent = [...wordsOf(operation), operation.query];
    const slow = /signUp|hangePassword|equestAccountDeletion|deleteAccount/.test(operation.query);
    look(await door.post(operation), sent, slow);
    if (Buffer.byteLength(JSON.stringify(operation)) < 60_000)
      look(await door.subscribe(operation), sent, slow);
    if (problems.length > 20) break;
  }
  return problems;
}

it('there are at least 60 families, each of its own name', () => {
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  expect(families.length).toBeGreaterThanOrEqual(60);
});

it.each(families.map((family) => [family.name, family] as const))(
  '%s',
  async (_name, family) => {
    const attackers = target.attackers.filter(({ name }) => family.as?.includes(name) ?? true);
    const outcomes = await Promise.all(
      attackers.map(async ({ name }) =>
        (await attack(family, doors.get(name) as Door)).map((problem) => `as ${name}: ${problem}`),
      ),
    );
    counted.families++;
    expect(outcomes.flat()).toEqual([]);
    expect(target.alive()).toBe(true);
  },
  thorough ? 600_000 : 60_000,
);

it('meanwhile an honest person was answered, rightly and in time', () => {
  const p95 = [...honest.times].sort((a, b) => a - b)[Math.floor(honest.times.length * 0.95)] ?? 0;
  if (thorough)
    process.stdout.write(
      `${counted.families} families, ${counted.attempts} attempts; an honest client meanwhile: ${honest.asked} answers, median ${median(honest.times).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms\n`,
    );
  expect(honest.wrong).toEqual([]);
  expect(honest.asked).toBeGreaterThan(5);
  expect(p95).toBeLessThan(limitMs);
});
