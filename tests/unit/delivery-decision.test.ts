import { decide, quietUntil, type Wishes } from '../../src/modules/notifications/delivery/decide.js';

const wishes: Wishes = { timeZone: 'Europe/Kyiv', enabled: true, quietHours: null, digest: 'IMMEDIATE' };
const mail = {
  type: 'lesson.scheduled',
  channel: 'EMAIL',
  critical: false,
  timely: false,
  read: false,
} as const;
const at = (time: string) => new Date(time);
const night = { from: 22 * 60, to: 7 * 60 + 30 };

it('sends at once what nothing holds back', () => {
  expect(decide(mail, wishes, at('2026-11-23T10:00Z'))).toEqual({ kind: 'send' });
});

it.each([
  ['before they begin', '2026-11-23T19:59:59Z', null],
  ['when they begin', '2026-11-23T20:00:00Z', '2026-11-24T05:30:00.000Z'],
  ['after midnight', '2026-11-24T00:10:00Z', '2026-11-24T05:30:00.000Z'],
  ['in their last second', '2026-11-24T05:29:59Z', '2026-11-24T05:30:00.000Z'],
  ['when they have ended', '2026-11-24T05:30:00Z', null],
])('keeps quiet hours that cross midnight: %s', (_when, now, until) => {
  expect(quietUntil({ ...wishes, quietHours: night }, at(now))?.toISOString() ?? null).toBe(until);
});

it('keeps quiet hours within a day, in the user’s zone', () => {
  const siesta = { timeZone: 'America/New_York', quietHours: { from: 13 * 60, to: 15 * 60 } };
  expect(quietUntil(siesta, at('2026-11-23T18:30Z'))).toEqual(at('2026-11-23T20:00Z'));
  expect(quietUntil(siesta, at('2026-11-23T13:30Z'))).toBeNull();
});

it('ends quiet hours an hour of real time sooner or later on the nights when clocks change', () => {
  // In Kyiv 03:00 becomes 04:00 on 29 March 2026, and 04:00 becomes 03:00 on 25 October 2026.
  const until = (to: number, now: string) =>
    quietUntil({ timeZone: 'Europe/Kyiv', quietHours: { from: 22 * 60, to } }, at(now))?.toISOString();
  expect(until(7 * 60, '2026-03-28T20:00Z')).toBe('2026-03-29T04:00:00.000Z');
  expect(until(3 * 60 + 30, '2026-03-28T20:00Z')).toBe('2026-03-29T01:30:00.000Z');
  expect(until(7 * 60, '2026-10-24T20:00Z')).toBe('2026-10-25T05:00:00.000Z');
  expect(until(3 * 60 + 30, '2026-10-24T20:00Z')).toBe('2026-10-25T00:30:00.000Z');
  // 03:10 comes a second time, after the first 03:30 has passed: quiet again, until the second.
  expect(until(3 * 60 + 30, '2026-10-25T01:10Z')).toBe('2026-10-25T01:30:00.000Z');
});

it('holds back a push as it does a mail', () => {
  const quiet = { ...wishes, quietHours: night };
  const now = at('2026-11-23T21:00Z');
  expect(decide({ ...mail, channel: 'PUSH' }, quiet, now)).toEqual({
    kind: 'wait',
    until: at('2026-11-24T05:30Z'),
  });
});

it.each([
  ['HOURLY', '2026-11-23T10:00:00Z', '2026-11-23T11:00:00.000Z'],
  ['HOURLY', '2026-11-23T10:59:59Z', '2026-11-23T11:00:00.000Z'],
  ['DAILY', '2026-11-23T05:59:00Z', '2026-11-23T06:00:00.000Z'],
  ['DAILY', '2026-11-23T06:00:00Z', '2026-11-24T06:00:00.000Z'],
  ['DAILY', '2026-03-28T20:00:00Z', '2026-03-29T05:00:00.000Z'],
] as const)('gathers mail in a digest that is %s: from %s', (digest, now, due) => {
  expect(decide(mail, { ...wishes, digest }, at(now))).toEqual({ kind: 'digest', at: at(due) });
});

it('counts the hours of a digest by the clocks of a zone that is half an hour off', () => {
  const india = { ...wishes, timeZone: 'Asia/Kolkata', digest: 'HOURLY' as const };
  expect(decide(mail, india, at('2026-11-23T10:00Z'))).toEqual({
    kind: 'digest',
    at: at('2026-11-23T10:30Z'),
  });
});

it('does not gather in a digest what is of no use later', () => {
  const now = at('2026-11-23T10:00Z');
  const reminder = { ...mail, timely: true };
  expect(decide(reminder, { ...wishes, digest: 'DAILY' }, now)).toEqual({ kind: 'send' });
  expect(decide(reminder, { ...wishes, quietHours: { from: 0, to: 1_439 } }, now)).toMatchObject({
    kind: 'wait',
  });
});

it('does not gather pushes in a digest', () => {
  const now = at('2026-11-23T10:00Z');
  expect(decide({ ...mail, channel: 'PUSH' }, { ...wishes, digest: 'DAILY' }, now)).toEqual({ kind: 'send' });
});

it('does not send what is turned off, or was read', () => {
  const now = at('2026-11-23T10:00Z');
  expect(decide(mail, { ...wishes, enabled: false }, now)).toEqual({
    kind: 'skip',
    reason: 'The user has turned EMAIL off for lesson.scheduled.',
  });
  expect(decide({ ...mail, read: true }, wishes, now)).toMatchObject({ kind: 'skip' });
});

it('sends what is critical whatever the user has set', () => {
  const deaf: Wishes = { ...wishes, enabled: false, quietHours: night, digest: 'DAILY' };
  const critical = { ...mail, critical: true, read: true };
  expect(decide(critical, deaf, at('2026-11-23T21:00Z'))).toEqual({ kind: 'send' });
});
