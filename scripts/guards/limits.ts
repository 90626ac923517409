import type { Guard } from './guards.js';

const budgets = { tests: ['tests/api/rate-limits'], named: 'budgets of operations' } as const;
const attempts = { tests: ['tests/api/rate-limits'], named: 'attempts of strangers' } as const;

/** How much, how often. */
export const limitGuards: readonly Guard[] = [
  {
    name: 'an operation over HTTP takes its cost',
    file: 'src/transport/http/graphql-route.ts',
    find: 'if (allowance && !allowance.allowed) throw new RateLimited(allowance.resetMs);',
    without: '',
    ...budgets,
  },
  {
    name: 'an operation over WebSocket takes its cost',
    file: 'src/transport/websocket/operations.ts',
    find: 'if (!allowance.allowed) throw new RateLimited(allowance.resetMs);',
    without: '',
    ...budgets,
  },
  {
    name: 'root fields of mutations are counted',
    file: 'src/transport/rate-limits.ts',
    find: 'if (count > 0) taken.push(mutations.take(key, count), burst.take(key, count));',
    without: '',
    ...budgets,
  },
  {
    name: 'people who are not signed in are counted by address',
    file: 'src/transport/rate-limits.ts',
    find: 'const key = viewer?.userId ?? caller.network;',
    without: 'const key = viewer?.userId ?? String(Math.random());',
    ...budgets,
  },
  {
    name: 'an address that sends nonsense is distrusted',
    file: 'src/transport/rate-limits.ts',
    find: 'if (last.allowed) return;',
    without: 'if (last.allowed || true) return;',
    ...budgets,
  },
  {
    name: 'failed sign-ins of an address',
    file: 'src/modules/accounts/attempts.ts',
    find: 'requireRoom(await byAddress.take(network));',
    without: 'await byAddress.take(network);',
    ...attempts,
  },
  {
    name: 'failed sign-ins to an account',
    file: 'src/modules/accounts/attempts.ts',
    find: 'if (!(await byAccount.take(account)).allowed) {',
    without: 'if (false) {',
    ...attempts,
  },
  {
    name: 'sign-ups of an address',
    file: 'src/modules/accounts/attempts.ts',
    find: 'requireRoom(await signUps.take(network));',
    without: '',
    ...attempts,
  },
  {
    name: 'resets of an address',
    file: 'src/modules/accounts/attempts.ts',
    find: 'requireRoom(await resets.take(network));',
    without: '',
    ...attempts,
  },
  {
    name: 'resets of an account',
    file: 'src/modules/accounts/attempts.ts',
    find: 'requireRoom(await resetsOfAccount.take(',
    without: 'void (await resetsOfAccount.take(',
    ...attempts,
  },
  {
    name: 'guesses of the password of one’s own session',
    file: 'src/modules/accounts/attempts.ts',
    find: 'requireRoom(await byAddress.take(key));',
    without: '',
    ...attempts,
  },
  {
    name: 'without Redis each process counts for itself',
    file: 'src/platform/rate-limits/limiter.ts',
    find: 'return own(key, amount);',
    without: 'return { consumedPoints: 0, msBeforeNext: 0 } as RateLimiterRes;',
    tests: ['tests/platform/limiter', 'tests/api/outages'],
    named: 'of one process|without Redis',
  },
  {
    name: 'keys that are counted are bounded',
    file: 'src/platform/rate-limits/limiter.ts',
    find: 'windows.size < bound || windows.has(given) ? given : others',
    without: 'given',
    tests: ['tests/platform/limiter'],
    named: 'bounded number of keys',
  },
];
