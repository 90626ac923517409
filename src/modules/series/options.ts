import type { Channels } from '../../channels/channels.js';
import type { Clock } from '../../platform/clock.js';
import type { Database } from '../../platform/database/database.js';
import type { AccountService } from '../accounts/service.js';
import type { LessonNoticeQueue } from '../lessons/notices.js';
import type { LessonService } from '../lessons/service.js';
import type { RelationService } from '../relations/service.js';
import type { SeriesNoticeQueue } from './announce.js';

/** What a series service is made of. */
export interface SeriesOptions {
  readonly database: Database;
  readonly channels: Pick<Channels, 'append'>;
  readonly queue: LessonNoticeQueue & SeriesNoticeQueue;
  readonly clock: Clock;
  readonly accounts: Pick<AccountService, 'lockPeople'>;
  readonly relations: Pick<RelationService, 'requireActive'>;
  readonly lessons: Pick<LessonService, 'cancel' | 'reschedule'>;
}
