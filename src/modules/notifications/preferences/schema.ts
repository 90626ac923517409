import { z } from 'zod';
import { builder } from '../../../graphql/builder.js';
import { requireViewer } from '../../../graphql/context.js';
import { list, parseArgs, rule } from '../../../graphql/input.js';
import { NotificationChannelEnum } from '../channel-enum.js';
import type { Preference, PreferenceService, Preferences, QuietHours } from './service.js';

declare module '../../../graphql/context.js' {
  interface Services {
    readonly notificationPreferences: PreferenceService;
  }
}

const maxPreferences = 200;

const DigestFrequencyEnum = builder.enumType('DigestFrequency', {
  description: 'How often e-mail is sent.',
  values: {
    IMMEDIATE: { description: 'One mail for each notification, at once.' },
    HOURLY: { description: 'All notifications of an hour in one mail, at the full hour.' },
    DAILY: { description: 'All notifications of a day in one mail, at 08:00 local time.' },
  },
});

const PreferenceRef = builder.objectRef<Preference>('NotificationPreference').implement({
  description: 'Whether notifications of a type are wanted on a channel.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'The type, as in `Notification.type`.' }),
    channel: t.expose('channel', { type: NotificationChannelEnum, description: 'The channel.' }),
    enabled: t.exposeBoolean('enabled', {
      description: 'Whether it is told there: as the user has set it, else as the school has, else it is.',
    }),
  }),
});

const QuietHoursRef = builder.objectRef<QuietHours>('QuietHours').implement({
  description:
    'When neither mail nor push is sent, in the user’s time zone: it waits until they end. They may cross midnight.',
  fields: (t) => ({
    from: t.string({ description: 'Since when, such as 22:00.', resolve: ({ from }) => clockTime(from) }),
    to: t.string({ description: 'Until when, such as 07:30.', resolve: ({ to }) => clockTime(to) }),
  }),
});

const PreferencesRef = builder.objectRef<Preferences>('NotificationPreferences').implement({
  description: 'What a user wants to be told, on which channel and when.',
  fields: (t) => ({
    preferences: t.expose('preferences', {
      type: [PreferenceRef],
      description: 'Every type on every channel that is the user’s own.',
    }),
    quietHours: t.expose('quietHours', {
      type: QuietHoursRef,
      nullable: true,
      description: 'When it is quiet; null: never. What is critical is sent all the same.',
    }),
    digest: t.expose('digest', {
      type: DigestFrequencyEnum,
      description: 'How often mail is sent. What is critical is sent at once.',
    }),
  }),
});

const PreferencesPayload = builder
  .objectRef<{ readonly preferences: Preferences }>('NotificationPreferencesPayload')
  .implement({
    description: 'The preferences after the change.',
    fields: (t) => ({
      preferences: t.expose('preferences', { type: PreferencesRef, description: 'All of them.' }),
    }),
  });

const DefaultsPayload = builder
  .objectRef<{ readonly preferences: readonly Preference[] }>('NotificationDefaultsPayload')
  .implement({
    description: 'The school’s defaults after the change.',
    fields: (t) => ({
      preferences: t.expose('preferences', {
        type: [PreferenceRef],
        description: 'Every type on every channel.',
      }),
    }),
  });

const PreferenceInput = builder.inputType('NotificationPreferenceInput', {
  description: 'Turns a type on or off on a channel.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'The type, as in `Notification.type`.' }),
    channel: t.field({
      type: NotificationChannelEnum,
      required: true,
      description: 'The channel; WEBHOOK is the school’s and cannot be set here.',
    }),
    enabled: t.boolean({ required: true, description: 'Whether it is wanted. What is critical stays on.' }),
  }),
});

const QuietHoursInput = builder.inputType('QuietHoursInput', {
  description: 'When it is to be quiet, in the user’s time zone.',
  fields: (t) => ({
    from: t.string({ required: true, description: 'Since when, as HH:MM.' }),
    to: t.string({
      required: true,
      description: 'Until when, as HH:MM; another time than `from`, and earlier when midnight lies between.',
    }),
  }),
});

const UpdatePreferencesInput = builder.inputType('UpdateNotificationPreferencesInput', {
  description: 'What is to change; what is left out stays.',
  fields: (t) => ({
    preferences: t.field({
      type: [PreferenceInput],
      description: 'Types and channels to turn on or off, at most 200; the others stay.',
    }),
    quietHours: t.field({ type: QuietHoursInput, description: 'The quiet hours; null: none.' }),
    digest: t.field({ type: DigestFrequencyEnum, description: 'How often mail is sent.' }),
  }),
});

const UpdateDefaultsInput = builder.inputType('UpdateNotificationDefaultsInput', {
  description: 'What is to change; what is left out stays.',
  fields: (t) => ({
    preferences: t.field({
      type: [PreferenceInput],
      required: true,
      description: 'Types and channels to turn on or off, at most 200; the others stay.',
    }),
  }),
});

const preferences = list(
  z.object({
    type: z.string(),
    channel: z.enum(['IN_APP', 'EMAIL', 'PUSH', 'WEBHOOK']),
    enabled: z.boolean(),
  }),
  0,
  maxPreferences,
);

const minuteOfDay = z
  .string()
  .refine((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time), rule({ rule: 'TIME_OF_DAY' }))
  .transform((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

const quietHours = z
  .object({ from: minuteOfDay, to: minuteOfDay })
  .refine(({ from, to }) => from !== to, rule({ rule: 'OTHER_TIME', other: 'from' }, 'to'));

const updateArgs = z.object({
  input: z.object({
    preferences: preferences.nullish().transform((given) => given ?? undefined),
    quietHours: quietHours.nullish(),
    digest: z
      .enum(['IMMEDIATE', 'HOURLY', 'DAILY'])
      .nullish()
      .transform((given) => given ?? undefined),
  }),
});

const defaultsArgs = z.object({ input: z.object({ preferences }) });

function clockTime(minute: number): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  return `${digits(Math.floor(minute / 60))}:${digits(minute % 60)}`;
}

builder.queryFields((t) => ({
  notificationPreferences: t.field({
    type: PreferencesRef,
    description: 'What the viewer wants to be told, on which channel and when. UNAUTHENTICATED.',
    resolve: (_root, _args, context) =>
      context.services.notificationPreferences.preferences(requireViewer(context)),
  }),
  notificationDefaults: t.field({
    type: [PreferenceRef],
    description:
      'What the school’s users are told until they set it themselves, for admins. UNAUTHENTICATED, FORBIDDEN.',
    resolve: (_root, _args, context) =>
      context.services.notificationPreferences.defaults(requireViewer(context)),
  }),
}));

builder.mutationFields((t) => ({
  updateNotificationPreferences: t.field({
    type: PreferencesPayload,
    description:
      'Changes what the viewer is told, on which channel and when. It counts for what waits to be sent too. UNAUTHENTICATED, VALIDATION_ERROR.',
    args: {
      input: t.arg({ type: UpdatePreferencesInput, required: true, description: 'What is to change.' }),
    },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(updateArgs, args);
      const { notificationPreferences } = context.services;
      return { preferences: await notificationPreferences.update(requireViewer(context), input) };
    },
  }),
  updateNotificationDefaults: t.field({
    type: DefaultsPayload,
    description:
      'Changes what the school’s users are told until they set it themselves, for admins. UNAUTHENTICATED, FORBIDDEN, VALIDATION_ERROR.',
    args: {
      input: t.arg({ type: UpdateDefaultsInput, required: true, description: 'What is to change.' }),
    },
    resolve: async (_root, args, context) => {
      const { input } = parseArgs(defaultsArgs, args);
      const { notificationPreferences } = context.services;
      const changed = await notificationPreferences.updateDefaults(requireViewer(context), input.preferences);
      return { preferences: changed };
    },
  }),
}));
