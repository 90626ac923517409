import type { LessonService } from './service.js';
import './queries.js';
import './mutations.js';
import './subscriptions.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly lessons: LessonService;
  }
}
