/**
 * Searches the documents that cost the guard most within the limits, and tells what they cost: CPU milliseconds of the
 * one synchronous piece in which a document is parsed, looked at, validated and weighed. Random shapes, then changes of
 * the worst found. `npm run bench:documents [-- seconds]`; to be read on a machine that does nothing else.
 */
import { createDocumentGuard } from '../../src/graphql/guards.js';
import { schema } from '../../src/graphql/schema.js';

const seconds = Number(process.argv[2] ?? 30);
const targetMs = 10;

/** How much of each thing a document has. */
const knobs = {
  operations: 60,
  variables: 200,
  uses: 200,
  fragments: 200,
  spreads: 200,
  aliases: 60,
  repeated: 80,
  depth: 13,
  directives: 60,
  leaves: 400,
  inline: 200,
  literals: 300,
} as const;
type Knob = keyof typeof knobs;
type Shape = Record<Knob, number>;

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: Math.max(0, count) }, (_, index) => text(index)).join(' ');

function write(shape: Shape): string {
  const { operations, variables, uses, fragments, spreads, aliases, repeated, depth, directives } = shape;
  const declared = variables > 0 ? `(${times(variables, (i) => `$v${i}: Int`)})` : '';
  const used = times(
    uses,
    (i) => `u${i % 50}: lessons(first: $v${i % Math.max(1, variables)}) { pageInfo { hasNextPage } }`,
  );
  const nested = `viewer { ${'organization { __typename } '.repeat(depth > 1 ? 1 : 0)} ${times(shape.leaves, (i) => ['id', 'email', 'displayName', 'role'][i % 4] ?? 'id')} }`;
  const body = [
    variables > 0 ? used : '',
    times(aliases, (i) => `a${i}: viewer { id }`),
    times(repeated, () => 'viewer { id email }'),
    nested,
    times(directives, () => '... @include(if: true) { __typename }'),
    times(shape.inline, () => '... on Query { __typename }'),
    shape.literals > 0 ? `l: nodes(ids: [${times(shape.literals, () => '"x"')}]) { id }` : '',
    times(spreads, (i) => (fragments > 0 ? `...F${i % fragments}` : '')),
  ].join(' ');
  const many = times(
    operations,
    (i) => `query Q${i} ${declared} { ${fragments > 0 ? `...F${i % fragments}` : '__typename'} }`,
  );
  const all = times(
    fragments,
    (i) => `fragment F${i} on Query { __typename ${i + 1 < fragments ? `...F${i + 1}` : ''} }`,
  );
  return `query Main ${declared} { ${body} } ${many} ${all}`;
}

const random = (below: number) => Math.floor(Math.random() * below);
const names = Object.keys(knobs) as Knob[];
const anyShape = (): Shape => {
  // Few things at a time: together they pass the limits at once.
  const chosen = new Set(Array.from({ length: 1 + random(4) }, () => names[random(names.length)]));
  return Object.fromEntries(names.map((name) => [name, chosen.has(name) ? random(knobs[name]) : 0])) as Shape;
};
const changed = (shape: Shape): Shape => {
  const name = names[random(names.length)] as Knob;
  return { ...shape, [name]: Math.max(0, Math.min(knobs[name], shape[name] + random(41) - 20)) };
};

/** CPU milliseconds, the least of some: what else the machine does only adds. */
function costOf(text: string): { ms: number; accepted: boolean } {
  let ms = Number.POSITIVE_INFINITY;
  let accepted = false;
  for (let i = 0; i < 5; i++) {
    // A fresh one remembers nothing.
    const guard = createDocumentGuard({ schema, introspection: false });
    const before = process.cpuUsage();
    const guarded = guard.check(text);
    accepted = !('errors' in guarded);
    if ('document' in guarded) {
      try {
        guard.weigh(guarded.document, 'Main', { v0: 1 });
      } catch {
        accepted = false;
      }
    }
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1_000);
  }
  return { ms, accepted };
}

/** Near a limit each: what the search begins with. */
const nothing = Object.fromEntries(names.map((name) => [name, 0])) as Shape;
const corners: readonly Partial<Shape>[] = [
  { repeated: 60 },
  { aliases: 49, leaves: 380 },
  { uses: 50, variables: 60 },
  { operations: 50, variables: 12, fragments: 1 },
  { operations: 20, fragments: 12, spreads: 12 },
  { fragments: 30, spreads: 30 },
  { inline: 180, leaves: 300 },
  { directives: 49, leaves: 380 },
  { literals: 300, leaves: 380 },
  { leaves: 400 },
];

for (let i = 0; i < 100; i++) costOf(write(anyShape()));
const worst = {
  accepted: { ms: 0, shape: anyShape() },
  refused: { ms: 0, shape: anyShape() },
};
let tried = 0;
for (const end = performance.now() + seconds * 1_000; performance.now() < end; tried++) {
  const corner = corners[tried];
  const start = corner
    ? { ...nothing, ...corner }
    : tried % 3 === 0
      ? anyShape()
      : changed(worst[tried % 2 === 0 ? 'accepted' : 'refused'].shape);
  const { ms, accepted } = costOf(write(start));
  const place = worst[accepted ? 'accepted' : 'refused'];
  if (ms > place.ms) Object.assign(place, { ms, shape: start });
}
for (const [kind, { ms, shape }] of Object.entries(worst)) {
  const text = write(shape);
  const parts = names.filter((name) => shape[name] > 0).map((name) => `${name} ${shape[name]}`);
  process.stdout.write(
    `worst ${kind} of ${tried}: ${ms.toFixed(1)} ms CPU, ${text.length} bytes (${parts.join(', ')})\n`,
  );
}
process.exitCode = worst.accepted.ms <= targetMs && worst.refused.ms <= targetMs ? 0 : 1;
