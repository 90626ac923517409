import { playBoard } from '../../examples/board.js';
import { playStory } from '../../examples/story.js';
import { startApp, type TestApp } from '../testkit/start-app.js';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});

afterEach(() => app.stop());

it('the story of the example client is played to its end', async () => {
  await app.worker().start();
  const lines: string[] = [];
  await playStory({ url: app.url, print: (line) => lines.push(line) });
  expect(lines).toContain('Danylo came back and got the 3 missed messages, each once and in order.');
  expect(lines.at(-1)).toBe('Both signed out. The end.');
});

it('the example of a board is played to its end', async () => {
  const lines: string[] = [];
  await playBoard({ url: app.url, print: (line) => lines.push(line) });
  expect(lines.at(-1)).toBe('Both see the same board.');
});

it('the story fails when the server cannot be reached', async () => {
  const story = playStory({ url: 'http://127.0.0.1:1/graphql', print: () => {} });
  await expect(story).rejects.toThrow('fetch failed');
});
