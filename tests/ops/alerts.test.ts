import { spawnSync } from 'node:child_process';
import { hasPrometheus } from '../../ops/prometheus.js';

const ifHad = hasPrometheus ? it : it.skip;

function promtool(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

ifHad('the alert rules and the example of a configuration are well-formed', () => {
  expect(promtool('check', 'rules', 'ops/prometheus/alerts.yml')).toMatchObject({ status: 0 });
  expect(promtool('check', 'config', 'ops/prometheus/prometheus.yml')).toMatchObject({ status: 0 });
});

ifHad('each alert fires when it should and not before', () => {
  const { status, output } = promtool('test', 'rules', 'ops/prometheus/alerts.test.yml');
  expect(output).toContain('SUCCESS');
  expect(status).toBe(0);
});
