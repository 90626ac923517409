import type { AccountService } from './service.js';
import './mutations.js';
import './queries.js';

export { OkPayload, UserRef } from './types.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly accounts: AccountService;
  }
}
