import type { BoardService } from './service.js';
import './types.js';
import './queries.js';
import './mutations.js';
import './subscriptions.js';
import './pointer-schema.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly boards: BoardService;
  }
}
