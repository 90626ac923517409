import type { ClassroomService } from './service.js';
import './types.js';
import './queries.js';
import './mutations.js';
import './member-mutations.js';

declare module '../../graphql/context.js' {
  interface Services {
    readonly classrooms: ClassroomService;
  }
}
