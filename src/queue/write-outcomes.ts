import type { Queryable } from '../platform/database/database.js';
import type { Settled } from './held-lease.js';
import type { Outcome } from './outcome.js';
import { completeItems } from './sql/complete.js';
import { failItems } from './sql/fail.js';
import { deferItems } from './sql/postpone.js';
import { postponeUnknown } from './sql/postpone-unknown.js';
import { skipItems } from './sql/skip.js';

/** The outcomes by what is to be written. */
export function byKind(settled: readonly Settled[]): Settled[][] {
  const groups = new Map<Outcome['kind'], Settled[]>();
  for (const one of settled) {
    const group = groups.get(one.outcome.kind);
    if (group) group.push(one);
    else groups.set(one.outcome.kind, [one]);
  }
  return [...groups.values()];
}

/** Writes outcomes of one kind in one statement and gives the ids of the items whose lease was still held. */
export function writeOutcomes(on: Queryable, group: readonly Settled[]): Promise<Set<string>> {
  const leases = group.map(({ held }) => held);
  switch (group[0]?.outcome.kind) {
    case 'completed':
      return completeItems(on, leases);
    case 'skipped':
      return skipItems(
        on,
        leases,
        group.map(({ outcome }) => (outcome.kind === 'skipped' ? outcome.reason : '')),
      );
    case 'deferred':
      return deferItems(
        on,
        group.map(({ held, outcome }) => ({
          lease: held,
          until: 'until' in outcome ? outcome.until : null,
          delaySeconds: 'delaySeconds' in outcome ? outcome.delaySeconds : null,
        })),
      );
    case 'failed':
      return failItems(
        on,
        group.flatMap(({ held, outcome }) =>
          outcome.kind === 'failed' ? [{ lease: held, error: outcome.error, final: outcome.final }] : [],
        ),
      );
    case 'unknown':
      return postponeUnknown(
        on,
        leases,
        group.map(({ outcome }) => (outcome.kind === 'unknown' ? outcome.error.message : '')),
      );
    case undefined:
      return Promise.resolve(new Set());
  }
}
