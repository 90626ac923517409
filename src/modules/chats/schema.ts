import type { RetentionService } from './retention.js';
import type { ChatService } from './service.js';
import './types.js';
import './queries.js';
import './search-query.js';
import './mutations.js';
import './change-mutations.js';
import './subscriptions.js';
import './inbox-events.js';
import './retention-schema.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly chats: ChatService;
    readonly messageRetention: RetentionService;
  }
}
