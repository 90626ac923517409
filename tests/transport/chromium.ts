import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of a Chromium on this machine, if there is one. */
export const chromiumPath = places.find((place) => existsSync(place));

/** One page of a browser, driven over the DevTools protocol. */
export interface BrowserPage {
  open(url: string): Promise<void>;
  /** Evaluates a JavaScript expression in the page, and waits for the promise that it may give. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true in the page; rejects with the text of the page after 30 seconds. */
  until(expression: string): Promise<void>;
  /** The addresses that were asked for, in order, without data: and blob: ones. */
  readonly requested: readonly string[];
  /** Messages of the console, uncaught errors and violations of the content security policy. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

interface DevToolsMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Starts a headless Chromium with an empty profile. */
export async function launchBrowserPage(path: string): Promise<BrowserPage> {
  const profile = await mkdtemp(join(tmpdir(), 'lectern-chromium-'));
  const browser = spawn(path, [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update', '--remote-debugging-port=0'],
    `--user-data-dir=${profile}`,
    'about:blank',
  ]);
  const socket = new WebSocket(await pageAddress(browser));
  await once(socket, 'open');

  const requested: string[] = [];
  const complaints: string[] = [];
  const waiting = new Map<number, (message: DevToolsMessage) => void>();
  let lastId = 0;
  socket.on('message', (data) => {
    const message: DevToolsMessage = JSON.parse(String(data));
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    const note = JSON.stringify(message.params);
    if (/^(Runtime\.(consoleAPICalled|exceptionThrown)|Log\.entryAdded)$/.test(message.method ?? '')) {
      complaints.push(note);
    }
    const url = /^Network\.(requestWillBeSent|webSocketCreated)$/.test(message.method ?? '')
      ? /"url":"((?:https?|wss?):[^"]*)"/.exec(note)?.[1]
      : undefined;
    if (url) requested.push(url);
  });
  const send = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = ++lastId;
    const answer = new Promise<DevToolsMessage>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);

  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const failure = answer['exceptionDetails'] as { exception?: { description?: string } } | undefined;
    if (failure) throw new Error(failure.exception?.description ?? 'The expression failed.');
    return (answer['result'] as { value?: unknown }).value;
  };

  return {
    requested,
    complaints,
    evaluate,
    async open(url) {
      await send('Page.navigate', { url });
    },
    async until(expression) {
      await evaluate(`new Promise((resolve, reject) => {
        const deadline = Date.now() + 30_000;
        const look = () => {
          if (${expression}) resolve();
          else if (Date.now() < deadline) setTimeout(look, 20);
          else reject(new Error('Waited in vain; the page shows: ' + document.body.innerText));
        };
        look();
      })`);
    },
    async close() {
      const gone = once(browser, 'exit');
      await send('Browser.close');
      await gone;
      socket.terminate();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The DevTools address of the browser's first page. */
async function pageAddress(browser: ChildProcess): Promise<string> {
  if (!browser.stderr) throw new Error('The browser has no standard error.');
  for await (const line of createInterface({ input: browser.stderr })) {
    const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (!port) continue;
    browser.stderr.resume();
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    const targets = (await answer.json()) as { type: string; webSocketDebuggerUrl: string }[];
    const page = targets.find((target) => target.type === 'page');
    if (page) return page.webSocketDebuggerUrl;
  }
  throw new Error('The browser did not start.');
}
