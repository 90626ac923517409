import { idOf } from '../../scripts/fill/shape.js';
import { execute } from '../testkit/test-database.js';
import { type Actor, idOfRow } from './actors.js';

/** Messages that are reported to the admins, and how long the school keeps messages. */
export async function moderationStory(
  databaseUrl: string,
  tutor: Actor,
  student: Actor,
  admin: Actor,
): Promise<void> {
  const roomId = idOfRow('relation', 0);
  const reported = async (body: string) => {
    const messageId = (await tutor.change('sendMessage', { roomId, body })).message.id;
    const told = { messageId, reason: 'SPAM', comment: 'Again.' };
    for (let times = 0; times < 2; times++) await student.change('reportMessage', told);
    return messageId;
  };
  await reported('купіть');
  await reported('продам');
  const page = await admin.ask('messageReports', { first: 20 }, 3);
  await admin.ask('messageReports', { first: 20, after: page.pageInfo.endCursor }, 3);
  const open = await admin.ask('messageReports', { first: 20, state: 'OPEN' }, 3);
  const [first, second] = open.edges.map(({ node }: { node: { id: string } }) => node.id);
  await admin.ask('nodes', { ids: [first, second] }, 3);
  await admin.change('resolveMessageReport', { reportId: first, resolution: 'DISMISS' });
  await admin.change('resolveMessageReport', { reportId: second, resolution: 'REMOVE_MESSAGE' });

  await admin.change('setMessageRetention', { days: 30 });
  // What is set does not count at once.
  const earlier = `UPDATE organization SET message_retention_set_at = now() - interval '60 days' WHERE id = $1`;
  await execute(databaseUrl, earlier, [idOf('organization', 0)]);
  // The rooms are gone round in the order of their ids, and all of them only in many turns: the first has an old message.
  await execute(
    databaseUrl,
    `UPDATE chat_message SET created_at = created_at - interval '20 years'
      WHERE id = (SELECT id FROM chat_message WHERE organization_id = $1 ORDER BY room_id, sequence LIMIT 1)`,
    [idOf('organization', 0)],
  );
}
