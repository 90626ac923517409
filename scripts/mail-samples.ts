/**
 * Writes the mails that people get, in both languages, into docs/mails: `npm run mails` does so after compiling them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { textOf } from '../src/modules/notifications/event-types/registry.js';
import { digestTextOf, type MailText, mailTextOf } from '../src/modules/notifications/mail-text.js';

const folder = new URL('../docs/mails/', import.meta.url);

const readers = {
  uk: {
    displayName: 'Марко Бондар',
    locale: 'uk',
    timeZone: 'Europe/Kyiv',
    organizationName: 'Знання',
  },
  en: {
    displayName: 'Tom Baker',
    locale: 'en-GB',
    timeZone: 'Europe/London',
    organizationName: 'Znannia',
  },
} as const;

const lesson = {
  title: 'Алгебра: квадратні рівняння',
  startsAt: '2026-11-25T08:00:00Z',
  endsAt: '2026-11-25T09:00:00Z',
  withName: 'Олена Коваль',
  byName: null,
  reason: null,
};

const samples = {
  'lesson.scheduled': lesson,
  'lesson.cancelled': { ...lesson, reason: 'Захворіла, перенесімо на п’ятницю.' },
  'message.unread': { roomTitle: lesson.title, authorName: 'Олена Коваль', count: 3, sequence: 3 },
  'message.mention': { roomTitle: '8-А клас', authorName: 'Олена Коваль' },
  'message.reported': { reason: 'HARASSMENT' },
  'classroom.added': { classroomName: '8-А клас', byName: 'Олена Коваль' },
  'classroom.removed': { classroomName: '8-А клас', byName: 'Олена Коваль' },
  'relation.invited': { tutorName: 'Олена Коваль', note: null },
  'account.new_sign_in': { browser: 'Firefox, Windows', at: '2026-11-25T08:00:00Z' },
  'account.password_changed': { at: '2026-11-25T08:00:00Z' },
};
/** They carry no link that turns them off, and wait for no digest. */
const critical = new Set(['lesson.cancelled', 'account.new_sign_in', 'account.password_changed']);

const unsubscribeUrl = 'https://school.example/notifications/unsubscribe?token=…';

async function write(name: string, { subject, text, html }: MailText): Promise<void> {
  await writeFile(new URL(`${name}.html`, folder), html);
  await writeFile(new URL(`${name}.txt`, folder), `Subject: ${subject}\n\n${text}`);
}

await mkdir(folder, { recursive: true });
for (const [language, reader] of Object.entries(readers)) {
  const texts = Object.entries(samples).map(([type, data]) => [type, textOf(type, data, reader)] as const);
  for (const [type, text] of texts) {
    const url = critical.has(type) ? null : unsubscribeUrl;
    await write(`${type}.${language}`, mailTextOf(text, reader, url));
  }
  const gathered = texts.filter(([type]) => !critical.has(type));
  const digest = digestTextOf(
    gathered.map(([, text]) => text),
    reader,
    unsubscribeUrl,
  );
  await write(`digest.${language}`, digest);
}
