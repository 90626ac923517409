/**
 * What metrics and logs cost: `npm run bench:observation`. One API with `METRICS=false` and without a log, one as it is
 * by default with its log on /dev/null.
 */
import { compareServers } from '../interleaved.js';

const shared = { RATE_LIMITS: 'false' };
await compareServers({ ...shared, METRICS: 'false', LOG_LEVEL: 'silent' }, shared);
