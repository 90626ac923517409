import { z } from 'zod';
import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import { id, parseArgs } from '../../graphql/input.js';
import { PlanEnum, UserPayload } from './types.js';

const planArgs = z.object({ input: z.object({ userId: id('user'), plan: z.enum(['FREE', 'PREMIUM']) }) });

const SetUserPlanInput = builder.inputType('SetUserPlanInput', {
  description: 'What a person has paid for.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'A person of the school.' }),
    plan: t.field({ type: PlanEnum, required: true, description: 'Their plan from now on.' }),
  }),
});

builder.mutationField('setUserPlan', (t) =>
  t.field({
    type: UserPayload,
    description: "Sets a person's plan, for admins. UNAUTHENTICATED, FORBIDDEN, USER_NOT_FOUND.",
    args: { input: t.arg({ type: SetUserPlanInput, required: true, description: 'Whose plan, and which.' }) },
    resolve: async (_root, args, context) => {
      const { userId, plan } = parseArgs(planArgs, args).input;
      return { user: await context.services.accounts.setPlan(requireViewer(context), userId, plan) };
    },
  }),
);
