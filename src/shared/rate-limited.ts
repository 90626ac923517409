import { AppError } from './errors.js';

/** RATE_LIMITED that says when to come again; clients read it as `extensions.retryAfter` and `Retry-After`. */
export class RateLimited extends AppError {
  /** Whole seconds, at least 1. */
  readonly retryAfter: number;

  constructor(waitMs: number) {
    super('RATE_LIMITED');
    this.retryAfter = Math.max(1, Math.ceil(waitMs / 1_000));
  }
}
