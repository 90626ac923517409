import type { Config } from '../config/config.js';
import type { Statement } from '../platform/database/observed-client.js';
import { describeStatement } from '../platform/database/statement-labels.js';
import { noTracing, type Tracing } from '../platform/tracing/tracing.js';
import type { Work } from '../platform/tracing/work.js';

/** Traces to the receiver that is configured; without one, the SDK of OpenTelemetry is not even loaded. */
export async function openTracing({ traces }: Pick<Config, 'traces'>): Promise<Tracing> {
  if (!traces) return noTracing;
  const { createOtlpTracing } = await import('../platform/tracing/otlp.js');
  return createOtlpTracing(traces);
}

/** Characters of a statement in a trace. */
const maxText = 2_000;

/** Adds a statement to the work that it was run for. */
export function recordStatement(tracing: Tracing, work: Work, statement: Statement): void {
  work.statements.add(statement);
  if (!work.span) return;
  const { text, start, failed } = statement;
  const { model, operation } = describeStatement(text);
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text.slice(0, maxText) };
  tracing.statement(work, { name: `${operation} ${model}`, start, failed, attributes });
}
