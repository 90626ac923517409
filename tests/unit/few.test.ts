import { allOf, type Few, withOne, withoutOne } from '../../src/shared/few.js';

interface Named {
  readonly name: string;
}

it('gives back in their order those that were put in and not taken out', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name })) as [Named, Named, Named];
  let few: Few<Named> = null;
  const names = () => allOf(few).map(({ name }) => name);
  expect(names()).toEqual([]);
  few = withOne(few, a);
  expect([few, names()]).toEqual([a, ['a']]);
  few = withOne(withOne(few, b), c);
  expect(names()).toEqual(['a', 'b', 'c']);
  few = withoutOne(few, b);
  expect(names()).toEqual(['a', 'c']);
  expect(withoutOne(few, b)).toEqual([a, c]);
  few = withoutOne(few, a);
  expect(few).toBe(c);
  expect(withoutOne(few, a)).toBe(c);
  expect(withoutOne(few, c)).toBeNull();
});
