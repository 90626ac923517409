/** The medians of a contender. */
export interface Medians {
  readonly name: string;
  /** Jobs a second. */
  readonly drain: number;
  /** Milliseconds from enqueue to start, the worker in another process. */
  readonly apart: number;
}

const width = 720;
const barHeight = 26;
const gap = 12;
const left = 150;
const right = 110;

function panel(
  title: string,
  medians: readonly Medians[],
  read: (of: Medians) => number,
  unit: string,
  top: number,
): string {
  const most = Math.max(...medians.map(read));
  const bars = medians.map((of, index) => {
    const y = top + 34 + index * (barHeight + gap);
    const length = Math.max(2, (read(of) / most) * (width - left - right));
    const color = of.name === 'lectern' ? '#2563eb' : '#94a3b8';
    const text = read(of) >= 100 ? Math.round(read(of)).toLocaleString('en') : read(of).toFixed(2);
    return `  <text x="${left - 10}" y="${y + 18}" text-anchor="end">${of.name}</text>
  <rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3" fill="${color}"/>
  <text x="${(left + length + 8).toFixed(1)}" y="${y + 18}">${text} ${unit}</text>`;
  });
  return `  <text x="16" y="${top + 18}" font-weight="bold">${title}</text>\n${bars.join('\n')}`;
}

/** Two panels of bars as SVG: what is drained in a second, and how long a job waits on an idle worker. */
export function chartOf(medians: readonly Medians[]): string {
  const height = 50 + medians.length * (barHeight + gap);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${2 * height + 10}" font-family="sans-serif" font-size="14">
  <rect width="100%" height="100%" fill="#fff"/>
${panel('Drain: jobs a second (more is better)', medians, ({ drain }) => drain, 'jobs/s', 8)}
${panel('Enqueue to start: median (less is better)', medians, ({ apart }) => apart, 'ms', 8 + height)}
</svg>
`;
}
