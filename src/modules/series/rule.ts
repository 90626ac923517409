import { invalid } from '../../shared/errors.js';

const path = 'input.rrule';

const number = '[+-]?\\d{1,3}';
const list = (one: string) => new RegExp(`^${one}(,${one})*$`);
const weekday = '(MO|TU|WE|TH|FR|SA|SU)';

/** The parts that a rule may have. A lesson's time of day is the series' own, so no part gives hours or less. */
const shapes: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,5}$/,
  UNTIL: /^\d{8}(T\d{6}Z?)?$/,
  WKST: new RegExp(`^${weekday}$`),
  BYDAY: list(`([+-]?\\d{1,2})?${weekday}`),
  BYMONTH: list('\\d{1,2}'),
  BYMONTHDAY: list(number),
  BYYEARDAY: list(number),
  BYWEEKNO: list(number),
  BYSETPOS: list(number),
};

/** The parts of a recurrence rule by name, in upper case. */
export type RuleParts = ReadonlyMap<string, string>;

/** The parts of an RRULE (RFC 5545, 3.3.10) that has an end. Fails with VALIDATION_ERROR at `input.rrule`. */
export function parseRule(text: string): RuleParts {
  const parts = new Map<string, string>();
  for (const part of text
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [name = '', value = '', ...rest] = part.split('=');
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (!shape || rest.length > 0) throw invalid(path, { rule: 'RRULE_UNSUPPORTED', part: name || part });
    if (parts.has(name)) throw invalid(path, { rule: 'RRULE_TWICE', part: name });
    if (!shape.test(value))
      throw invalid(path, name === 'FREQ' ? { rule: 'RRULE_FREQ' } : { rule: 'RRULE_PART', part: name });
    parts.set(name, value);
  }
  if (!parts.has('FREQ')) throw invalid(path, { rule: 'RRULE_FREQ' });
  if (parts.has('COUNT') === parts.has('UNTIL'))
    throw invalid(path, { rule: parts.has('COUNT') ? 'RRULE_TWO_ENDS' : 'RRULE_ENDLESS' });
  return parts;
}

/** The rule as text. */
export function formatRule(parts: RuleParts): string {
  return [...parts].map(([name, value]) => `${name}=${value}`).join(';');
}

/** The same rule, ending after so many occurrences. */
export function endingAfter(rrule: string, count: number): string {
  const parts = new Map(parseRule(rrule));
  parts.delete('UNTIL');
  return formatRule(parts.set('COUNT', String(count)));
}

const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/**
 * The rule of a series that was moved by so many days. A weekly rule names its new weekdays. One that counts days of a
 * month or a year stays as it was booked: no rule says "the day after the first Monday".
 */
export function movedByDays(rrule: string, days: number): string {
  const parts = new Map(parseRule(rrule));
  const byDay = parts.get('BYDAY');
  if (days % 7 === 0 || !byDay || parts.get('FREQ') !== 'WEEKLY') return rrule;
  const moved = byDay.split(',').map((day) => weekdays[(((weekdays.indexOf(day) + days) % 7) + 7) % 7]);
  return formatRule(parts.set('BYDAY', moved.join(',')));
}
