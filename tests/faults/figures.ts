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

/**
 * The figures that break their promise, in words.
 * @param patience by how much times may be longer: a machine that runs other tests beside is no measure.
 */
export function broken(figures: readonly Figure[], patience = 1): string[] {
  const allowed = ({ most, unit }: Figure) =>
    (most ?? Infinity) * (unit === 'ms' || unit === 's' ? patience : 1);
  return figures
    .filter((figure) => !(figure.value <= allowed(figure)))
    .map(({ name, value, unit, most }) => `${name}: ${value.toFixed(0)}${unit}, promised ${most}${unit}`);
}
