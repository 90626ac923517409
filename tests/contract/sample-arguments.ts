import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { encodeId, type IdKind, idTypes, newId } from '../../src/shared/ids.js';

const soon = () => new Date(Date.now() + 3 * 86_400_000);

/** Values that every resolver takes, by the name of the argument or the field; else by its type. */
const byName: Readonly<Record<string, () => unknown>> = {
  endsAt: () => new Date(soon().getTime() + 3_600_000).toISOString(),
  to: () => '18:00',
  from: () => '09:00',
  localStart: () => soon().toISOString().slice(0, 16),
  rrule: () => 'FREQ=WEEKLY;COUNT=2',
  weekday: () => 1,
  durationMinutes: () => 60,
  url: () => 'https://hooks.example.org/lectern',
  events: () => ['lesson.scheduled'],
  type: () => 'lesson.scheduled',
  role: () => 'STUDENT',
  endpoint: () => 'https://push.example.org/send/1',
  auth: () => Buffer.alloc(16, 1).toString('base64url'),
  p256dh: () => Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString('base64url'),
};

const byType: Readonly<Record<string, () => unknown>> = {
  String: () => 'a text that is long enough',
  Int: () => 1,
  Float: () => 1,
  Boolean: () => true,
  DateTime: () => soon().toISOString(),
  Date: () => soon().toISOString().slice(0, 10),
  TimeZone: () => 'Europe/Kyiv',
  Locale: () => 'uk',
  EmailAddress: () => `${newId()}@test.example`,
};

/** A well-formed id of nothing. Which kind is read from the name: `lessonId`, and for `ids` from the field. */
function sampleId(name: string, field: string): string {
  const own = Object.keys(idTypes).find((kind) => name.toLowerCase().startsWith(kind)) as IdKind | undefined;
  // `roomExport` is an export: the last kind that the name has.
  const place = (kind: string) => field.toLowerCase().lastIndexOf(kind);
  const ofField = Object.keys(idTypes)
    .filter((kind) => place(kind) >= 0)
    .sort((a, b) => place(b) - place(a))[0] as IdKind | undefined;
  const kind =
    name === 'roomId' ? 'lesson' : (own ?? (name === 'id' || name === 'ids' ? ofField : undefined) ?? 'user');
  return encodeId(kind, newId());
}

function sample(type: GraphQLInputType, name: string, field: string): unknown {
  if (isNonNullType(type)) return sample(type.ofType, name, field);
  if (isListType(type)) return byName[name]?.() ?? [sample(type.ofType, name, field)];
  if (isEnumType(type)) {
    const values = type.getValues().map((value) => value.name);
    return values.find((value) => value === byName[name]?.()) ?? values[0];
  }
  if (isInputObjectType(type)) return required(Object.values(type.getFields()), field);
  if (type.name === 'ID') return sampleId(name, field);
  const isInstant = type.name === 'DateTime' && (name === 'from' || name === 'to');
  return ((isInstant ? undefined : byName[name]) ?? byType[type.name])?.();
}

/** One place in the arguments of a root field. */
export interface InputPlace {
  /** The names on the way, from the argument on; `0` is the item of a list. */
  readonly path: readonly string[];
  readonly type: GraphQLInputType;
  /** A value that is taken there. */
  readonly sample: unknown;
  /** The arguments with this value in the place, and everything that is needed beside it. */
  with(value: unknown): Record<string, unknown>;
}

/** Every place where a client can put a value into the arguments of a field, optional ones and parts included. */
export function inputPlaces(field: GraphQLField<unknown, unknown>): InputPlace[] {
  const base = required(field.args, field.name);
  return field.args.flatMap(({ name, type }) => placesIn(type, [name], base, field.name));
}

function placesIn(
  type: GraphQLInputType,
  path: readonly string[],
  base: Record<string, unknown>,
  field: string,
): InputPlace[] {
  const inner = isNonNullType(type) ? type.ofType : type;
  const name = path.filter((step) => step !== '0').at(-1) ?? '';
  const here = {
    path,
    type,
    sample: sample(type, name, field),
    with: (value: unknown) => placed(base, path, value),
  };
  if (isListType(inner)) {
    const filled = placed(base, path, [sample(inner.ofType, name, field)]);
    return [here, ...placesIn(inner.ofType, [...path, '0'], filled, field)];
  }
  if (!isInputObjectType(inner)) return [here];
  const filled = placed(base, path, sample(inner, name, field));
  const members = Object.values(inner.getFields());
  return [here, ...members.flatMap((member) => placesIn(member.type, [...path, member.name], filled, field))];
}

/** A copy with this value at a path. */
function placed(
  base: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const copy = structuredClone(base);
  let at = copy as Record<string, unknown>;
  path.forEach((name, index) => {
    const next = path[index + 1];
    if (next === undefined) {
      // A plain assignment to `__proto__` would set the prototype instead.
      Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true });
      return;
    }
    if (typeof at[name] !== 'object' || at[name] === null) at[name] = next === '0' ? [] : {};
    at = at[name] as Record<string, unknown>;
  });
  return copy;
}

function required(members: readonly (GraphQLArgument | GraphQLInputField)[], field: string) {
  const needed = members.filter(
    ({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined,
  );
  return Object.fromEntries(needed.map(({ name, type }) => [name, sample(type, name, field)]));
}

/** An operation that asks for one root field with arguments that it takes, and for as little of the answer as can be. */
export function operationFor(kind: string, field: GraphQLField<unknown, unknown>) {
  const given = required(field.args, field.name);
  const used = field.args.filter(({ name }) => name in given);
  const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const output = getNamedType(field.type);
  const selection =
    isObjectType(output) || isUnionType(output) || 'getFields' in output ? ' { __typename }' : '';
  const text = `${kind}${declared ? ` (${declared})` : ''} { ${field.name}${passed ? `(${passed})` : ''}${selection} }`;
  return { text, variables: given };
}
