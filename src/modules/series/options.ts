import type { Clock } from '../../platform/clock.js';
import type { Database } from '../../platform/database/database.js';
import type { AccountService } from '../accounts/service.js';
import type { LessonNoticeQueue } from '../lessons/notices.js';
import type { LessonService } from '../lessons/service.js';
import type { RelationService } from '../relations/service.js';
import type { SeriesAnnouncing } from './announce.js';

/** What a series service is made of. */
export interface SeriesOptions extends SeriesAnnouncing {
  readonly database: Database;
  readonly queue: LessonNoticeQueue & SeriesAnnouncing['queue'];
  readonly clock: Clock;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
  readonly relations: Pick<RelationService, 'requireActive'>;
  readonly lessons: Pick<LessonService, 'cancel' | 'reschedule'>;
}
