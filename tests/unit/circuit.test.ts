import { createCircuits } from '../../src/modules/notifications/delivery/circuit.js';

let now = 0;
const clock = { now: () => new Date(now) };
beforeEach(() => {
  now = Date.parse('2026-11-23T10:00:00Z');
});

it('opens after so many failures in a row, and lets one try at a time once it has waited', () => {
  const circuits = createCircuits(clock);
  expect(circuits.admit('smtp')).toBe(0);
  expect(circuits.settle('smtp', false, 3)).toBe(false);
  expect(circuits.settle('smtp', false, 3)).toBe(false);
  expect(circuits.admit('smtp')).toBe(0);
  expect(circuits.settle('smtp', false, 3)).toBe(true);
  expect(circuits.admit('smtp')).toBe(5);
  expect(circuits.admit('another')).toBe(0);
  now += 5_000;
  expect(circuits.admit('smtp')).toBe(0);
  expect(circuits.admit('smtp')).toBeGreaterThan(0);
});

it('waits twice as long each time that the provider is still down, up to a minute', () => {
  const circuits = createCircuits(clock);
  const waits = [];
  for (let n = 0; n < 6; n += 1) {
    expect(circuits.admit('smtp')).toBe(0);
    circuits.settle('smtp', false, 1);
    const wait = circuits.admit('smtp');
    waits.push(wait);
    now += wait * 1_000;
  }
  expect(waits).toEqual([5, 10, 20, 40, 60, 60]);
});

it('closes with the first success, and counts from zero again', () => {
  const circuits = createCircuits(clock);
  circuits.settle('smtp', false, 2);
  circuits.settle('smtp', false, 2);
  now += 5_000;
  expect(circuits.admit('smtp')).toBe(0);
  circuits.settle('smtp', true, 2);
  expect([circuits.admit('smtp'), circuits.admit('smtp')]).toEqual([0, 0]);
  expect(circuits.settle('smtp', false, 2)).toBe(false);
});

it('is not opened for longer by those that were under way when it opened', () => {
  const circuits = createCircuits(clock);
  for (let n = 0; n < 8; n += 1) circuits.settle('smtp', false, 1);
  expect(circuits.admit('smtp')).toBe(5);
});
