import type { AccountService } from './service.js';
import './audit.js';
import './credential-mutations.js';
import './invitation-schema.js';
import './mutations.js';
import './plan-mutation.js';
import './queries.js';
import './socket-mutation.js';

export { personOf, readPeople } from './people.js';
export { OkPayload, UserRef } from './types.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly accounts: AccountService;
  }
}
