import { parse } from 'graphql';
import { createDocumentCache } from '../../src/graphql/document-cache.js';

const document = parse('{ n }');

describe('the document cache', () => {
  test('forgets the least recently used when it is full', () => {
    const cache = createDocumentCache(10);
    cache.set('a', document, 5);
    cache.set('b', document, 5);
    cache.get('a');
    cache.set('c', document, 5);
    expect(['a', 'b', 'c'].map((hash) => cache.get(hash) !== undefined)).toEqual([true, false, true]);
  });

  test('counts a document that is set again once', () => {
    const cache = createDocumentCache(10);
    cache.set('a', document, 5);
    cache.set('b', document, 5);
    cache.set('b', document, 5);
    expect(cache.get('a')).toBe(document);
  });

  test('keeps no document that is larger than itself', () => {
    const cache = createDocumentCache(10);
    cache.set('a', document, 5);
    cache.set('b', document, 11);
    expect([cache.get('a'), cache.get('b')]).toEqual([document, undefined]);
  });
});
