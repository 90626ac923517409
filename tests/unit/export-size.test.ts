import { asAnswer } from '../../src/modules/privacy/service.js';

it('an export that no answer can hold is refused by its code', () => {
  const tables = [{ table: 'lesson', rows: [] }];
  expect(asAnswer(tables, 13)).toBe('{"lesson":[]}');
  expect(() => asAnswer(tables, 12)).toThrow(expect.objectContaining({ code: 'EXPORT_TOO_LARGE' }));
});
