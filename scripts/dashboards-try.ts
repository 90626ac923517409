/**
 * `npm run dashboards:try` starts a Lectern of its own and a Prometheus that scrapes it, plays the story of the example
 * client, runs the query of every panel, and writes what they gave to docs/operations/dashboards.md.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playStory } from '../examples/story.js';
import { startPrometheus } from '../ops/prometheus.js';
import { type PanelResult, tryPanels } from '../ops/try-panels.js';

const root = fileURLToPath(new URL('..', import.meta.url));

async function startLectern() {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-dashboards-'));
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', LECTERN_DATA_DIR: folder, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += chunk;
    const [, url] = /GraphQL\s+(http\S+)\s/.exec(printed) ?? [];
    if (!url) continue;
    child.stdout.resume();
    const stop = async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    };
    return { url, stop };
  }
  throw new Error(`Lectern did not start:\n${printed}`);
}

function row({ dashboard, panel, expr, legend, series }: PanelResult): string {
  const [first] = series;
  const named = first && legend.replace(/\{\{(\w+)\}\}/g, (_all, label: string) => first.metric[label] ?? '');
  const example = first ? `${named}: ${Number(first.value.toPrecision(3))}` : '–';
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return `| ${dashboard} | ${panel} | \`${cell(expr)}\` | ${series.length} | ${cell(example)} |`;
}

const lectern = await startLectern();
const prometheus = await startPrometheus(new URL(lectern.url).origin);
await prometheus.scraped(2);
// Twice: a rate needs a series that was there before.
for (let story = 0; story < 2; story++) {
  await playStory({ url: lectern.url, print: () => {} });
  await prometheus.scraped(2);
}
const results = await tryPanels(prometheus);
await prometheus.stop();
await lectern.stop();
const page = `# What the panels showed

Written by \`npm run dashboards:try\`: every query of every dashboard in \`ops/grafana\`, run by a real Prometheus (Debian's)
that scraped a real Lectern while the story of the example client was played twice. Grafana itself is not in Debian, so
there are no pictures; the same queries are run by \`tests/ops/dashboards.test.ts\`. A query without series is one about
failures, of which there were none. The values are of one short run: they show that the panel works, and nothing else.

| dashboard | panel | query | series | for example |
|---|---|---|---|---|
${results.map(row).join('\n')}
`;
await writeFile(join(root, 'docs/operations/dashboards.md'), page);
