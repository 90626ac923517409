import { pino } from 'pino';
import { createOperationLog } from '../../src/graphql/operations.js';
import { createMetricsRegistry } from '../../src/platform/metrics/registry.js';
import { newWork } from '../../src/platform/tracing/work.js';

function operationLog(slowMs = 0) {
  const registry = createMetricsRegistry();
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const log = createOperationLog({ registry, logger, knownNames: ['Lessons'], slowMs });
  const end = (facts: { operation?: string | null; type?: string; code?: string }, milliseconds = 1) => {
    const work = newWork('request-1');
    Object.assign(work.facts, facts);
    work.statements.add({ text: 'SELECT 1\n   FROM lesson WHERE id = $1', milliseconds: 3 });
    return log.ended(work, milliseconds);
  };
  return { registry, lines, end };
}

it('a known operation is counted by its name, any other as other, one without a name as anonymous', async () => {
  const { registry, end } = operationLog();
  expect(end({ operation: 'Lessons', type: 'query', code: 'OK' })?.operation).toBe('Lessons');
  expect(end({ operation: 'Made', type: 'query', code: 'OK' })?.operation).toBe('other');
  expect(end({ operation: null, type: 'query', code: 'OK' })?.operation).toBe('anonymous');
  expect(await registry.metrics()).toContain(
    'graphql_operations_total{operation="other",type="query",code="OK"} 1',
  );
});

it('10,000 unknown names are one series', async () => {
  const { registry, end } = operationLog();
  for (let index = 0; index < 10_000; index++)
    end({ operation: `Random${index}`, type: 'query', code: 'OK' });
  const lines = (await registry.metrics()).split('\n');
  expect(lines.filter((line) => line.startsWith('graphql_operations_total'))).toEqual([
    'graphql_operations_total{operation="other",type="query",code="OK"} 10000',
  ]);
});

it('what was no operation is not counted', () => {
  expect(operationLog().end({})).toBeNull();
});

it('a slow operation is logged with its statements, a fast one is not', () => {
  const { lines, end } = operationLog(100);
  end({ operation: 'Lessons', type: 'query', code: 'OK' }, 99);
  expect(lines).toEqual([]);
  end({ operation: 'Lessons', type: 'query', code: 'OK' }, 101);
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    msg: 'a slow operation',
    requestId: 'request-1',
    operation: 'Lessons',
    ms: 101,
    statements: [{ text: 'SELECT 1 FROM lesson WHERE id = $1', ms: 3 }],
  });
});
