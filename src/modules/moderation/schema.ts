import type { ModerationService } from './service.js';
import './types.js';
import './mutations.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly moderation: ModerationService;
  }
}
