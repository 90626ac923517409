/**
 * The two-sided p-value of the Mann–Whitney U test, by the normal approximation with a correction for ties: how likely
 * two samples as different as these are if both came from the same distribution. It asks nothing of that distribution,
 * and times have long tails. For 20 values of each and more.
 */
export function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, mine: true })),
    ...other.map((value) => ({ value, mine: false })),
  ].sort((a, b) => a.value - b.value);
  const total = all.length;
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < total; ) {
    let end = start;
    while (end < total && all[end]?.value === all[start]?.value) end++;
    const rank = (start + 1 + end) / 2;
    rankSum += rank * all.slice(start, end).filter(({ mine }) => mine).length;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  const [n, m] = [one.length, other.length];
  const mean = (n * (total + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  const z = Math.max(0, Math.abs(rankSum - mean) - 0.5) / Math.sqrt(variance);
  return 2 * (1 - normal(z));
}

/** The standard normal distribution function, to 7 digits (Abramowitz and Stegun, 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = series.reduceRight((sum, factor) => (sum + factor) * t, 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
