import { parseArgs } from 'node:util';
import { type Contender, contenders } from './contenders.js';
import { type Operation, operations } from './operations.js';

/** What is to be measured. */
export interface Options {
  readonly contenders: readonly Contender[];
  readonly operations: readonly Operation[];
  readonly connections: readonly number[];
  readonly repeats: number;
  readonly seconds: number;
  /** A server is warm when it has answered so many, or for so long. */
  readonly warmUp: { readonly requests: number; readonly seconds: number };
  /** Whether the figures go to docs/performance: only when nothing was left out of them. */
  readonly write: boolean;
  /** What is done: turns are measured, statements read, profiles taken. Only the first needs a machine that does nothing else. */
  readonly parts: ReadonlySet<string>;
  /** Only writes the report anew from the numbers. */
  readonly reportOnly: boolean;
}

/** Reads the command line; `-- --help` shows it. */
export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      operations: { type: 'string' },
      connections: { type: 'string' },
      repeats: { type: 'string' },
      seconds: { type: 'string' },
      parts: { type: 'string', default: 'turns,statements,profiles' },
      quick: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(`npm run compare -- [options]
  --only lectern,mercurius      these contenders; nothing is written
  --operations memory,lessons   these pieces of work; their figures replace those of before in the report
  --connections 1,8,64          --repeats 5          --seconds 1
  --parts turns,statements,profiles   what is done; the figures of the others stay as they are
  --quick                       8 connections, 3 repeats; nothing is written
  --report                      writes the report anew from benchmarks.json
Contenders: ${contenders.map(({ name }) => name).join(', ')}
Operations: ${operations.map(({ name }) => name).join(', ')}
The environment may have BENCH_NODE, the Node (22.18 or later) that runs the servers.`);
    process.exit();
  }
  const names = (text: string | undefined) => text?.split(',');
  const [only, wanted] = [names(values.only), names(values.operations)];
  const { quick } = values;
  return {
    contenders: contenders.filter(({ name }) => !only || only.includes(name)),
    operations: operations.filter(({ name }) => !wanted || wanted.includes(name)),
    connections: (names(values.connections) ?? (quick ? ['8'] : ['1', '8', '64'])).map(Number),
    repeats: Number(values.repeats ?? (quick ? 3 : 5)),
    seconds: Number(values.seconds ?? 1),
    warmUp: quick ? { requests: 1_000, seconds: 4 } : { requests: 8_000, seconds: 15 },
    write: !quick && !only && !values.connections && !values.repeats && !values.seconds,
    parts: new Set(values.parts.split(',')),
    reportOnly: values.report,
  };
}
