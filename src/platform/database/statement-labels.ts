/** A statement in metrics and traces. */
export interface StatementLabels {
  /** The table that it is mainly about, or `none`. */
  readonly model: string;
  /** What it does, such as `select`. */
  readonly operation: string;
}

const operations = [
  'select',
  'insert',
  'update',
  'delete',
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'set',
];
/** Far more than there are tables, should a statement ever be understood wrongly. */
const maxModels = 100;
/** Prisma's texts differ by the length of their lists. */
const maxTexts = 2_000;

const models = new Set<string>();
const known = new Map<string, StatementLabels>();

/** What a statement of ours is about. Texts are read once; neither value has more than a bounded number of forms. */
export function describeStatement(text: string): StatementLabels {
  let labels = known.get(text);
  if (!labels) {
    labels = read(text);
    if (known.size < maxTexts) known.set(text, labels);
  }
  return labels;
}

/** What a statement writes. */
const writes =
  /\b(insert\s+into|(?<!\bfor\s+)(?<!\bkey\s+)update(?!\s+(?:set|of|skip|nowait)\b)|delete\s+from)\s+(?:only\s+)?(?:"?public"?\.)?"?([a-z_]+)"?/gi;
const reads = /\b(?:from|join)\s+(?:only\s+)?(?:"?public"?\.)?"?([a-z_]+)\b"?(?!\s*\()/gi;
/** Names of a WITH, which are no tables. */
const parts = /\b([a-z_]+)\s*(?:\([^()]*\)\s*)?as\s+(?:(?:not\s+)?materialized\s+)?\(/gi;
/** What else may stand after FROM. */
const noTables = new Set(['lateral', 'select', 'unnest', 'values']);

function read(text: string): StatementLabels {
  const written = mainWrite(text);
  const [first = ''] = /[a-z]+/i.exec(text) ?? [];
  const word = first.toLowerCase();
  if (written && (word === 'with' || operations.includes(word))) {
    const [, verb = '', model = ''] = written;
    return { operation: verb.slice(0, 6).toLowerCase(), model: boundedModel(model.toLowerCase()) };
  }
  const operation = word === 'with' ? 'select' : operations.includes(word) ? word : 'other';
  if (operation !== 'select') return { operation, model: 'none' };
  const own = new Set([...text.matchAll(parts)].map(([, name]) => name?.toLowerCase()));
  const tables = [...text.matchAll(reads)].map(([, name = '']) => name.toLowerCase());
  const model = tables.find((name) => !own.has(name) && !noTables.has(name));
  return { operation, model: boundedModel(model ?? 'none') };
}

/** Of several writes in a WITH, the last that gives rows back is what the statement is for; else the last of all. */
function mainWrite(text: string): RegExpExecArray | undefined {
  const all = [...text.matchAll(writes)];
  const returning = all.filter(({ index }, place) =>
    /\breturning\b/i.test(text.slice(index, all[place + 1]?.index)),
  );
  return returning.at(-1) ?? all.at(-1);
}

function boundedModel(name: string): string {
  if (models.has(name)) return name;
  if (models.size >= maxModels) return 'other';
  models.add(name);
  return name;
}
