import { createECDH } from 'node:crypto';
import type { TestApp } from '../testkit/start-app.js';
import { type Actor, idOfRow } from './actors.js';

/** What people do with notifications, and admins with their delivery. */
export async function notificationsStory(
  app: TestApp,
  tutor: Actor,
  student: Actor,
  admin: Actor,
): Promise<void> {
  for (const person of [tutor, student]) {
    const page = await person.ask('notifications', { first: 20 });
    await person.ask('notifications', { first: 20, after: page.pageInfo.endCursor });
    await person.ask('notifications', { first: 20, unreadOnly: true });
    const ids = page.edges.map(({ node }: { node: { id: string } }) => node.id);
    await person.ask('nodes', { ids });
    await person.change('markNotificationsRead', { ids: ids.slice(0, 2) });
    await person.follow('notificationEvents', { after: page.eventCursor }, 1);
    await person.ask('markAllNotificationsRead');
    await person.ask('notificationPreferences');
  }
  await student.change('updateNotificationPreferences', {
    digest: 'DAILY',
    quietHours: { from: '22:00', to: '07:00' },
    preferences: [{ type: 'lesson.scheduled', channel: 'EMAIL', enabled: false }],
  });
  await student.change('updateNotificationPreferences', { digest: 'IMMEDIATE', quietHours: null });
  await admin.ask('notificationDefaults');
  await admin.change('updateNotificationDefaults', {
    preferences: [{ type: 'lesson.scheduled', channel: 'EMAIL', enabled: true }],
  });
  const push = { p256dh: createECDH('prime256v1').generateKeys(), auth: Buffer.alloc(16, 1) };
  await tutor.change('registerPushSubscription', {
    endpoint: 'https://push.example.org/mine',
    p256dh: push.p256dh.toString('base64url'),
    auth: push.auth.toString('base64url'),
  });
  const { endpoint } = await admin.change('createWebhookEndpoint', {
    url: 'https://hooks.example.org/here',
    events: ['lesson.scheduled'],
  });
  await admin.ask('webhookEndpoints');
  await admin.ask('node', { id: endpoint.id });
  await admin.change('rotateWebhookSecret', { id: endpoint.id });
  await admin.change('deleteWebhookEndpoint', { id: endpoint.id });
  await admin.ask('notificationQueueStats');
  const letters = await admin.ask('notificationDeadLetters', { first: 10 });
  await admin.ask('notificationDeadLetters', { first: 10, after: letters.pageInfo.endCursor });
  const ids = letters.edges.map(({ node }: { node: { id: string } }) => node.id);
  await admin.ask('node', { id: ids[0] });
  await admin.change('retryDeadLetters', { ids: ids.slice(0, 2) });
  await admin.change('discardDeadLetters', { ids: ids.slice(2, 4) });
  await admin.change('sendNotifications', {
    userIds: [tutor.id, student.id],
    title: 'News',
    body: 'All of them',
  });
  await app.deliver();
  await admin.ask('node', { id: idOfRow('notification', 0) }).catch(() => {});
}
