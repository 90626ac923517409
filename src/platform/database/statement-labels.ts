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
    labels = { model: boundedModel(modelOf(text)), operation: operationOf(text) };
    if (known.size < maxTexts) known.set(text, labels);
  }
  return labels;
}

/** A WITH is what its parts write, if anything: the first of them is what the statement is for. */
function operationOf(text: string): string {
  const [first = ''] = /[a-z]+/i.exec(text) ?? [];
  const word = first.toLowerCase();
  if (word !== 'with') return operations.includes(word) ? word : 'other';
  return (
    /\b(insert)\s+into\b|\b(update)\s+(?!skip|of\b)[a-z"]|\b(delete)\s+from\b/i
      .exec(text)
      ?.slice(1)
      .find((found) => found !== undefined)
      ?.toLowerCase() ?? 'select'
  );
}

const written =
  /\b(?:insert\s+into|(?<!for\s)(?<!for no key\s)update|delete\s+from)\s+(?:only\s+)?(?:"?public"?\.)?"?([a-z_]+)"?/i;
const read = /\b(?:from|join)\s+(?:only\s+)?(?:"?public"?\.)?"?([a-z_]+)"?(?!\s*\()/gi;

function modelOf(text: string): string {
  const target = written.exec(text)?.[1];
  if (target) return target.toLowerCase();
  // Names of a WITH are no tables.
  const own = new Set(
    [
      ...text.matchAll(/\b([a-z_]+)\s*(?:\([^()]*\)\s*)?as\s+(?:materialized\s+|not\s+materialized\s+)?\(/gi),
    ].map(([, name]) => name),
  );
  for (const [, name] of text.matchAll(read))
    if (name && !own.has(name) && !sources.has(name.toLowerCase())) return name.toLowerCase();
  return 'none';
}

/** What may stand after FROM and is no table. */
const sources = new Set([
  'unnest',
  'lateral',
  'select',
  'jsonb_to_recordset',
  'generate_series',
  'values',
  'now',
]);

function boundedModel(name: string): string {
  if (models.has(name)) return name;
  if (models.size >= maxModels) return 'other';
  models.add(name);
  return name;
}
