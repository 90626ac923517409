import pg from 'pg';
import { createLogger } from '../../src/platform/logger.js';

function logged(error: unknown): string {
  const lines: string[] = [];
  createLogger({ level: 'trace', pretty: false }, { write: (line) => void lines.push(line) }).error(
    { err: error },
    'it failed',
  );
  return lines.join('');
}

it('logs of an error what went wrong, and its causes', () => {
  const cause = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    constraint: 'app_user_email_key',
  });
  const line = JSON.parse(logged(new Error('the sign-up failed', { cause })));
  expect(line.err).toMatchObject({
    type: 'Error',
    message: 'the sign-up failed',
    stack: expect.stringContaining('logger.test'),
    cause: { message: 'duplicate key value', code: '23505', constraint: 'app_user_email_key' },
  });
});

it('leaves out what libraries put beside it: values of rows, statements and requests', () => {
  const error = Object.assign(new pg.DatabaseError('duplicate key value', 1, 'error'), {
    detail: 'Key (email)=(canary@test.example) already exists.',
    where: 'canary',
    meta: { target: 'canary' },
    response: '550 <canary@test.example>',
  });
  expect(logged(error)).not.toContain('canary');
  expect(logged({ email: 'canary@test.example' })).not.toContain('canary');
});

it('does not follow a ring of causes for ever', () => {
  const error = new Error('one');
  error.cause = error;
  expect(JSON.parse(logged(error)).err.message).toBe('one');
});
