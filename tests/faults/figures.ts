/** One figure of a run, and the most that the promise allows. */
export interface Figure {
  /** What it is, for people. */
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MB' | '';
  /** The promise; null for what is only told. */
  readonly most: number | null;
}

/** Collects the figures of one run. */
export function createFigures() {
  const all: Figure[] = [];
  return {
    all,
    /** Must be at most `most`. */
    bounded(name: string, value: number, unit: Figure['unit'], most: number): void {
      all.push({ name, value, unit, most });
    },
    /** Must not happen at all. */
    none(name: string, count: number): void {
      all.push({ name, value: count, unit: '', most: 0 });
    },
    told(name: string, value: number, unit: Figure['unit'] = ''): void {
      all.push({ name, value, unit, most: null });
    },
  };
}

export type Figures = ReturnType<typeof createFigures>;

/** The figures that break their promise, in words. */
export function broken(figures: readonly Figure[]): string[] {
  return figures
    .filter(({ value, most }) => most !== null && !(value <= most))
    .map(({ name, value, unit, most }) => `${name}: ${value.toFixed(0)}${unit}, promised ${most}${unit}`);
}
