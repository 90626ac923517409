import type { InMemoryCache, TypePolicies } from '@apollo/client';
import { connectionPolicy } from './connection-policy.js';
import { possibleTypes } from './generated/schema-facts.js';
import { VersionedCache } from './versioned-cache.js';

/** The types whose objects count their changes. */
const versionedTypes = ['Lesson', 'ChatMessage'];

/** How Apollo's cache keeps what the API gives. */
export const typePolicies: TypePolicies = {
  Query: {
    fields: {
      lessons: connectionPolicy(['filter']),
      rooms: connectionPolicy(),
      classrooms: connectionPolicy(['archivedToo']),
      notifications: connectionPolicy(['unreadOnly']),
      tutorStudentRelations: connectionPolicy(['status']),
      users: connectionPolicy(['role', 'text']),
    },
  },
  // Each event stands alone: none is merged into the one before.
  Subscription: {
    fields: {
      boardEvents: { merge: false },
      boardPointers: { merge: false },
      chatEvents: { merge: false },
      inboxEvents: { merge: false },
      lessonEvents: { merge: false },
      notificationEvents: { merge: false },
    },
  },
  // The id of an element is unique on its board only.
  BoardElement: { keyFields: false },
  Board: { fields: { elements: { merge: false } } },
  ChatRoom: { fields: { messages: connectionPolicy() } },
  // A message is replaced as a whole, and only by one of its later versions.
  ChatMessage: { fields: { reactions: { merge: false }, mentions: { merge: false } } },
  Classroom: { fields: { members: connectionPolicy(), coTutors: connectionPolicy() } },
  Lesson: { fields: { cancellation: { merge: false } } },
};

/** An Apollo cache that joins pages, knows the schema's interfaces and unions, and lets no old version win. */
export function createCache(): InMemoryCache {
  return new VersionedCache({ possibleTypes: { ...possibleTypes }, typePolicies }, versionedTypes);
}
