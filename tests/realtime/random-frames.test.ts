import { play, startFrameServer } from './random-frames.js';

/** Some in the suite; `npm run test:attacks` plays 10,000. */
const seeds = Number(process.env['FRAME_SEEDS'] ?? 500);
const lanes = 40;

it(
  'sequences of frames at random get what the model of the protocol says',
  async () => {
    const server = await startFrameServer();
    const flaws: string[] = [];
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let seed = lane; seed < seeds; seed += lanes) {
          const flaw = await play(server, seed);
          if (flaw) flaws.push(flaw);
        }
      }),
    );
    await server.transport.server.stop();
    expect(flaws.slice(0, 3).join('\n\n')).toBe('');
    // Every subscription that was begun has let go of its source.
    const ended = [...server.sources.values()].map(({ ended: { promise } }) => promise);
    expect(ended.length).toBeGreaterThan(seeds / 4);
    await Promise.all(ended);
  },
  30_000 + seeds * 40,
);
