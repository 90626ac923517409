import { eventTypeOf, textOf } from '../../src/modules/notifications/event-types/registry.js';
import { digestTextOf, mailTextOf } from '../../src/modules/notifications/mail-text.js';

const kyiv = { locale: 'uk', timeZone: 'Europe/Kyiv' };
const london = { locale: 'en-GB', timeZone: 'Europe/London' };

const lesson = {
  title: 'Algebra',
  startsAt: '2026-03-29T23:30:00Z',
  endsAt: '2026-03-30T00:30:00Z',
  withName: 'Olena',
  byName: null,
  reason: null,
};

const unread = (count: number) => ({ roomTitle: 'Physics', authorName: 'Olena', count, sequence: count });

/** The white space in dates differs between releases of ICU. */
const plain = (text: string) => text.replaceAll(/[\u2009\u202f\u00a0]/g, ' ');

it('writes times in the reader’s zone and with its summer time', () => {
  expect(textOf('lesson.scheduled', lesson, kyiv).body).toMatch(/понеділок, 30 березня 2026.*02:30.03:30/);
  expect(plain(textOf('lesson.scheduled', lesson, london).body)).toMatch(
    /^With Olena: Monday, 30 March 2026.*00:30.01:30 BST\.$/,
  );
});

it.each([
  [1, '1 непрочитане повідомлення: «Physics»', '1 unread message in “Physics”'],
  [3, '3 непрочитані повідомлення: «Physics»', '3 unread messages in “Physics”'],
  [11, '11 непрочитаних повідомлень: «Physics»', '11 unread messages in “Physics”'],
  [21, '21 непрочитане повідомлення: «Physics»', '21 unread messages in “Physics”'],
  [100, '100+ непрочитаних повідомлень: «Physics»', '100+ unread messages in “Physics”'],
])('counts %i unread messages in both languages', (count, uk, en) => {
  expect(textOf('message.unread', unread(count), kyiv).title).toBe(uk);
  expect(textOf('message.unread', unread(count), london).title).toBe(en);
});

it('names who booked or cancelled a lesson when it was neither party, and why', () => {
  const facts = { ...lesson, byName: 'Ada', reason: 'Ill' };
  expect(textOf('lesson.scheduled', facts, kyiv).body).toMatch(/Хто запланував: Ada\.$/);
  expect(textOf('lesson.scheduled', facts, london).body).toMatch(/Scheduled by Ada\.$/);
  expect(textOf('lesson.cancelled', facts, kyiv).body).toMatch(/Хто скасував: Ada\. Причина: Ill$/);
  expect(textOf('lesson.cancelled', facts, london).body).toMatch(/Cancelled by Ada\. Reason: Ill$/);
});

it('says what to do with an invitation that has no note', () => {
  const facts = { tutorName: 'Olena', note: null };
  expect(textOf('relation.invited', facts, kyiv)).toEqual({
    title: 'Olena запрошує вас на заняття',
    body: 'Прийміть або відхиліть запрошення.',
  });
  expect(textOf('relation.invited', facts, london).body).toBe('Accept or decline the invitation.');
});

it('writes English to readers of other languages', () => {
  const berlin = { locale: 'de-DE', timeZone: 'Europe/Berlin' };
  expect(textOf('lesson.scheduled', lesson, berlin).title).toBe('Lesson “Algebra” is scheduled');
  expect(textOf('lesson.scheduled', lesson, berlin).body).toContain('Monday');
});

it('has something to show for a notification that another release wrote', () => {
  expect(textOf('lesson.teleported', {}, london)).toEqual({ title: 'Notification', body: '' });
  expect(textOf('lesson.scheduled', { title: 1 }, kyiv)).toEqual({ title: 'Сповіщення', body: '' });
  expect(eventTypeOf('constructor')).toBeNull();
});

it('takes nothing that people typed for a place of the template', () => {
  const text = { title: '{{greeting}}', body: '{{#items}}{{unknown}}{{/items}}' };
  const addressee = { displayName: '{{footer}}', locale: 'en', organizationName: '{{url}}' };
  const { html } = mailTextOf(text, addressee, null);
  expect(html).toContain('>{{greeting}}<');
  expect(html).toContain('>{{#items}}{{unknown}}{{/items}}<');
  expect(html).toContain('Hello {{footer}},');
  expect(html).toContain('learn or teach at {{url}}.');
});

it('makes one mail of several notifications, with the link that ends such mails', () => {
  const entries = [
    { title: 'One', body: 'First' },
    { title: 'Two', body: '' },
  ];
  const addressee = { displayName: 'Марко', locale: 'uk', organizationName: 'Знання' };
  const mail = digestTextOf(entries, addressee, 'https://school.example/end?a=1&b=2');
  expect(mail.subject).toBe('Ваші сповіщення: 2');
  expect(mail.text).toBe(
    'Добрий день, Марко!\n\nOne\n\nFirst\n\nTwo\n\n-- \nВи отримали цей лист, бо навчаєтеся або викладаєте у школі «Знання».\nБільше не надсилати таких листів: https://school.example/end?a=1&b=2\n',
  );
  expect(mail.html).toContain('<html lang="uk"');
  expect(mail.html).toContain('href="https://school.example/end?a=1&amp;b=2"');
});

it('makes a mail of the same words in text and in HTML, with nothing taken as markup', () => {
  const text = { title: 'A <b> & "c"', body: '' };
  const addressee = { displayName: '<i>Eve</i>', locale: 'en', organizationName: 'O’Neil' };
  const mail = mailTextOf(text, addressee, null);
  expect(mail.subject).toBe(text.title);
  expect(mail.text).toBe(
    `Hello <i>Eve</i>,\n\n${text.title}\n\n-- \nYou receive this e-mail because you learn or teach at O’Neil.\n`,
  );
  expect(mail.html).toContain('Hello &lt;i&gt;Eve&lt;/i&gt;,');
  expect(mail.html).toContain('A &lt;b&gt; &amp; &quot;c&quot;');
});
