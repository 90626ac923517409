import type { LessonService } from './service.js';
import './queries.js';
import './mutations.js';
import './request-mutations.js';
import './conduct-mutations.js';
import './outcome-mutations.js';
import './bulk-mutations.js';
import './cancellation-policy-schema.js';
import './record-types.js';
import './subscriptions.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly lessons: LessonService;
  }
}
