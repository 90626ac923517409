import { sqlFailure } from '../platform/database/failures.js';
import { AppError, type PlainCode } from '../shared/errors.js';

/**
 * What the violation of a constraint means for the caller. Services ask first and tell the input path; this is for
 * what slips in between, and for a check that was forgotten. Whatever is not here is a fault of ours.
 */
export const constraintErrors: Readonly<Record<string, PlainCode | (() => AppError)>> = {
  app_user_email_key: 'EMAIL_TAKEN',
  app_user_email_lower: 'VALIDATION_ERROR',
  app_user_cancellation_window: 'VALIDATION_ERROR',
  unique_active_tutor_student: 'RELATION_ALREADY_EXISTS',
  unique_invited_tutor_student: 'RELATION_ALREADY_EXISTS',
  relation_two_people: 'VALIDATION_ERROR',
  lesson_tutor_no_overlap: 'SLOT_TAKEN',
  lesson_student_no_overlap: 'SLOT_TAKEN',
  lesson_length: 'VALIDATION_ERROR',
  lesson_two_people: 'VALIDATION_ERROR',
  lesson_series_duration: 'VALIDATION_ERROR',
  lesson_series_occurrences: 'VALIDATION_ERROR',
  availability_window_weekday: 'VALIDATION_ERROR',
  availability_window_minutes: 'VALIDATION_ERROR',
  availability_window_pkey: 'VALIDATION_ERROR',
  availability_exception_minutes: 'VALIDATION_ERROR',
  availability_exception_pkey: 'VALIDATION_ERROR',
  classroom_name: 'VALIDATION_ERROR',
  classroom_member_limit: () => new AppError('CLASSROOM_FULL', {}, { values: { max: 500 } }),
  chat_message_body: 'VALIDATION_ERROR',
  chat_message_client_id_key: 'IDEMPOTENCY_KEY_REUSED',
  chat_message_reply_to_id_fkey: 'MESSAGE_NOT_FOUND',
  chat_reaction_emoji: 'VALIDATION_ERROR',
  idempotency_key_pkey: 'IDEMPOTENCY_IN_PROGRESS',
  push_subscription_keys: 'VALIDATION_ERROR',
  webhook_endpoint_events: 'VALIDATION_ERROR',
  notification_settings_quiet_hours: 'VALIDATION_ERROR',
};

/** The error for a violated constraint that is the caller's doing; null for anything else. */
export function constraintError(error: unknown): AppError | null {
  const name = sqlFailure(error)?.constraint;
  const known = name != null && Object.hasOwn(constraintErrors, name) ? constraintErrors[name] : undefined;
  if (known === undefined) return null;
  return typeof known === 'string' ? new AppError(known, {}, { cause: error }) : known();
}
