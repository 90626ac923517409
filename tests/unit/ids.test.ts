import { randomUUID } from 'node:crypto';
import { fromUUID } from 'typeid-js';
import { decodeAnyId, decodeId, encodeId, encodeIdOfType, idTypes, newId } from '../../src/shared/ids.js';

const uuid = newId();

it('an id outside names its type and holds the UUID', () => {
  const id = encodeId('lesson', uuid);
  expect(id).toMatch(/^lesson_[0-9a-z]{26}$/);
  expect(decodeId('lesson', id)).toBe(uuid);
  expect(decodeAnyId(id)).toEqual({ kind: 'lesson', uuid });
});

it('an id outside is the one that the TypeID library makes', () => {
  const all = [newId(), '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
  for (const one of [...all, ...Array.from({ length: 1_000 }, () => randomUUID())])
    expect(encodeId('lesson', one)).toBe(fromUUID(one, 'lesson'));
});

it('an id of another kind is none', () => {
  expect(decodeId('user', encodeId('lesson', uuid))).toBeNull();
});

it.each([
  '',
  'lesson',
  'lesson_',
  'lesson_x',
  'lesson_zzzzzzzzzzzzzzzzzzzzzzzzzz',
  'constructor_01h455vb4pex5vsknk084sn02q',
  uuid,
])('refuses %p without an exception', (text) => {
  expect(decodeAnyId(text)).toBeNull();
});

it('every kind stands for one schema type', () => {
  for (const [kind, type] of Object.entries(idTypes)) {
    expect(encodeIdOfType(type, uuid).startsWith(`${kind}_`)).toBe(true);
  }
  expect(() => encodeIdOfType('Nothing', uuid)).toThrow('Nothing');
});
