import { z } from 'zod';
import { rule } from '../../graphql/input.js';

/** A point in time that PostgreSQL can hold: an offset may carry the first or last year of four digits beyond them. */
export const instant = z.date().refine(
  (date) => {
    const year = date.getUTCFullYear();
    return year >= 1 && year <= 9999;
  },
  rule({ rule: 'YEARS', min: 1, max: 9999 }),
);
