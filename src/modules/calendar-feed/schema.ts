import { builder } from '../../graphql/builder.js';
import { requireViewer } from '../../graphql/context.js';
import type { CalendarFeed, CalendarFeedService } from './service.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly calendarFeeds: CalendarFeedService;
  }
}

const CalendarFeedRef = builder.objectRef<CalendarFeed>('CalendarFeed').implement({
  description: 'The viewer’s lessons as a calendar (iCalendar) that calendar programs subscribe to.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description:
        'The address. Whoever has it can read the lessons of the last 90 days and those to come, 1,000 at most: keep it secret. It changes with the password.',
    }),
  }),
});

const CalendarFeedPayload = builder
  .objectRef<{ readonly calendarFeed: CalendarFeed }>('CalendarFeedPayload')
  .implement({
    description: 'The feed after the change.',
    fields: (t) => ({
      calendarFeed: t.expose('calendarFeed', { type: CalendarFeedRef, description: 'The feed.' }),
    }),
  });

builder.queryField('calendarFeed', (t) =>
  t.field({
    type: CalendarFeedRef,
    description: "The viewer's own calendar feed. UNAUTHENTICATED.",
    resolve: (_root, _args, context) => context.services.calendarFeeds.feed(requireViewer(context)),
  }),
);

builder.mutationField('rotateCalendarFeed', (t) =>
  t.field({
    type: CalendarFeedPayload,
    description:
      "Gives the viewer's calendar feed a new address, for when the old one became known; the old one ends at once. UNAUTHENTICATED.",
    resolve: async (_root, _args, context) => ({
      calendarFeed: await context.services.calendarFeeds.rotate(requireViewer(context)),
    }),
  }),
);
