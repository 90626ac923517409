import type { FastifyInstance } from 'fastify';
import { AppError } from '../../shared/errors.js';

/** A readiness check that takes longer than this has failed. */
const answerWithinMs = 1_000;

/**
 * Adds `/health/live`, which answers 200 as long as the process does, and `/health/ready`, which answers 503 with
 * SERVICE_UNAVAILABLE while `ready` gives false, throws or hangs.
 */
export function addHealthRoutes(app: FastifyInstance, ready: () => Promise<boolean>): void {
  app.get('/health/live', async (_request, reply) => {
    return reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });
  app.get('/health/ready', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (!(await holdsInTime(ready))) throw new AppError('SERVICE_UNAVAILABLE');
    return reply.send({ status: 'ok' });
  });
}

async function holdsInTime(check: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, answerWithinMs, false);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
