/** One bar: the median and the range of what was measured. */
export interface Bar {
  readonly name: string;
  readonly own: boolean;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** One line: a point for each number of connections. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly number[];
}

const width = 760;
const barHeight = 24;
const gap = 10;
const left = 300;
const right = 90;

export const ownColor = '#2563eb';
const otherColor = '#94a3b8';
/** For lines; bars need only two. */
export const colors = ['#d97706', '#16a34a', '#db2777', '#7c3aed', '#475569', '#0891b2'];

const whole = (value: number) => Math.round(value).toLocaleString('en');

function page(height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="14">
  <rect width="100%" height="100%" fill="#fff"/>
${content}
</svg>
`;
}

/** Bars with whiskers from the least to the most. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ most }) => most));
  const scale = (value: number) => (value / longest) * (width - left - right);
  const rows = bars.map(({ name, own, value, least, most }, index) => {
    const y = 46 + index * (barHeight + gap);
    const middle = y + barHeight / 2;
    const [from, to] = [left + scale(least), left + scale(most)].map((x) => x.toFixed(1));
    return `  <text x="${left - 10}" y="${y + 17}" text-anchor="end">${name}</text>
  <rect x="${left}" y="${y}" width="${Math.max(2, scale(value)).toFixed(1)}" height="${barHeight}" rx="3" fill="${own ? ownColor : otherColor}"/>
  <path d="M${from} ${middle}H${to}M${from} ${middle - 4}v8M${to} ${middle - 4}v8" stroke="#0f172a" fill="none"/>
  <text x="${(Number(to) + 8).toFixed(1)}" y="${y + 17}">${whole(value)}</text>`;
  });
  const heading = `  <text x="16" y="26" font-weight="bold">${title}</text>`;
  return page(56 + bars.length * (barHeight + gap), [heading, ...rows].join('\n'));
}

/** Lines over the numbers of connections, which stand at even distances. */
export function lineChart(title: string, connections: readonly number[], lines: readonly Line[]): string {
  const [top, bottom, start, end] = [50, 290, 80, 430];
  const most = Math.max(...lines.flatMap(({ points }) => points));
  const step = niceStep(most);
  const x = (index: number) => start + (index * (end - start)) / Math.max(1, connections.length - 1);
  const y = (value: number) => bottom - (value / (step * Math.ceil(most / step))) * (bottom - top);
  const grid = Array.from({ length: Math.ceil(most / step) + 1 }, (_, n) => {
    const at = y(n * step).toFixed(1);
    return `  <path d="M${start} ${at}H${end}" stroke="#e2e8f0"/>
  <text x="${start - 8}" y="${Number(at) + 5}" text-anchor="end" fill="#475569">${whole(n * step)}</text>`;
  });
  const axis = connections.map(
    (count, index) =>
      `  <text x="${x(index)}" y="${bottom + 22}" text-anchor="middle" fill="#475569">${count}</text>`,
  );
  const drawn = lines.map(({ name, color, points }, index) => {
    const path = points.map((value, n) => `${n === 0 ? 'M' : 'L'}${x(n)} ${y(value).toFixed(1)}`).join('');
    const dots = points.map((value, n) => `<circle cx="${x(n)}" cy="${y(value).toFixed(1)}" r="3.5"/>`);
    const key = top + 10 + index * 24;
    return `  <path d="${path}" stroke="${color}" stroke-width="${color === ownColor ? 3.5 : 2}" fill="none"/>
  <g fill="${color}">${dots.join('')}<rect x="${end + 24}" y="${key - 10}" width="16" height="10"/></g>
  <text x="${end + 46}" y="${key}">${name}</text>`;
  });
  const heading = `  <text x="16" y="26" font-weight="bold">${title}</text>
  <text x="${(start + end) / 2}" y="${bottom + 44}" text-anchor="middle" fill="#475569">connections</text>`;
  return page(bottom + 58, [heading, ...grid, ...axis, ...drawn].join('\n'));
}

/** 1, 2 or 5 times a power of ten, so that there are about five steps. */
function niceStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 5));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 6) ?? 10 * power;
}
