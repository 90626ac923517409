/** A stretch of a local day, in minutes after midnight; 1,440 is its end. */
export interface DayPart {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** A stretch of every week. */
export interface WeeklyWindow extends DayPart {
  /** 1 is Monday. */
  readonly weekday: number;
}

/** A stretch of one date that is open or closed whatever the week says. */
export interface DateException extends DayPart {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly available: boolean;
}

/** When a tutor teaches. */
export interface Availability {
  /** IANA name: the zone that the local times are in. */
  readonly timeZone: string;
  /** None: any time. */
  readonly windows: readonly WeeklyWindow[];
  readonly exceptions: readonly DateException[];
}

/** A stretch of time in milliseconds since the epoch, the end left out. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const minutesPerDay = 1_440;

/** Whether an exception is of a whole day. */
export function isWholeDay({ fromMinute, toMinute }: DayPart): boolean {
  return fromMinute === 0 && toMinute === minutesPerDay;
}

/** `HH:MM`, from 00:00 to 24:00. */
export function formatMinute(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Minutes after midnight of `HH:MM`, to 24:00; null when it is no such time. */
export function parseMinute(text: string): number | null {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : Number.POSITIVE_INFINITY;
  return minute <= minutesPerDay ? minute : null;
}
