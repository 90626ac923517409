import { api } from './api.js';
import type { Dashboard } from './dashboard.js';
import { database } from './database.js';
import { queue } from './queue.js';
import { realTime } from './real-time.js';

/** Every dashboard. `npm run dashboards` writes them to ops/grafana. */
export const dashboards: readonly Dashboard[] = [api, realTime, queue, database];
