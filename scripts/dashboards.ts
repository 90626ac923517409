import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { grafanaJson } from '../ops/dashboards/dashboard.js';
import { dashboards } from '../ops/dashboards/index.js';

// `npm run dashboards` writes ops/grafana/*.json from ops/dashboards; `--check` fails on a difference.
for (const dashboard of dashboards) {
  const path = new URL(`../ops/grafana/${dashboard.uid}.json`, import.meta.url);
  const text = grafanaJson(dashboard);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(
      `ops/grafana/${dashboard.uid}.json is not what ops/dashboards gives: run npm run dashboards\n`,
    );
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
  }
}
