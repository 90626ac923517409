import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether Prometheus and its promtool are on this machine; Debian has both in `prometheus`. */
export const hasPrometheus = ['prometheus', 'promtool'].every(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** A Prometheus that scrapes one Lectern every second, and forgets it all at its end. */
export interface Prometheus {
  /** Resolves when so many further scrapes have come in. */
  scraped(times: number): Promise<void>;
  /** The series that an expression gives now. Throws what Prometheus has against it. */
  query(expr: string): Promise<QueryResult[]>;
  stop(): Promise<void>;
}

/** One series of an answer. */
export interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Starts it for the Lectern at `origin`. */
export async function startPrometheus(origin: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const target = new URL(origin).host;
  const scrape = `- { job_name: lectern-api, static_configs: [{ targets: ['${target}'] }] }`;
  await writeFile(config, `global: { scrape_interval: 1s }\nscrape_configs:\n  ${scrape}\n`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, '--log.level=error'];
  const child = spawn('prometheus', [...flags, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  async function query(expr: string): Promise<QueryResult[]> {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const answer = (await response.json()) as Answer;
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async function scrapes(): Promise<number> {
    const [counted] = await query('count_over_time(up[1h])').catch(() => []);
    return counted?.value ?? 0;
  }

  async function scraped(times: number): Promise<void> {
    const wanted = (await scrapes()) + times;
    for (const end = Date.now() + 60_000; (await scrapes()) < wanted; await sleep(100)) {
      if (Date.now() > end || child.exitCode !== null) throw new Error('Prometheus does not scrape.');
    }
  }

  return {
    scraped,
    query,
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Answer =
  | { readonly status: 'error'; readonly error: string }
  | {
      readonly status: 'success';
      readonly data: {
        readonly result: readonly {
          readonly metric: Record<string, string>;
          readonly value: [number, string];
        }[];
      };
    };

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
