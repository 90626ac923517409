import { playStory } from '../../examples/story.js';
import { hasPrometheus, startPrometheus } from '../../ops/prometheus.js';
import { showsTrouble, tryPanels } from '../../ops/try-panels.js';
import { addProcessMetrics } from '../../src/platform/metrics/registry.js';
import { startApp } from '../testkit/start-app.js';

const ifHad = hasPrometheus ? it : it.skip;

ifHad(
  'every panel shows something in a real Prometheus, but for those about failures',
  async () => {
    const app = await startApp();
    addProcessMetrics(app.foundation.metrics.registry);
    await app.worker().start();
    const prometheus = await startPrometheus(app.origin);
    try {
      await prometheus.scraped(1);
      // Twice: a rate needs a series that was there before.
      for (let story = 0; story < 2; story++) {
        await playStory({ url: app.url, print: () => {} });
        await prometheus.scraped(1);
      }
      const results = await tryPanels(prometheus);
      const empty = results.filter(({ series, expr }) => series.length === 0 && !showsTrouble(expr));
      expect(empty.map(({ panel, expr }) => `${panel}: ${expr}`)).toEqual([]);
    } finally {
      await prometheus.stop();
      await app.stop();
    }
  },
  90_000,
);
