import { builder } from '../../graphql/builder.js';

/** What a mutation of many gives. */
export const CountPayload = builder.objectRef<{ readonly count: number }>('CountPayload').implement({
  description: 'How many it concerned.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many.' }) }),
});
