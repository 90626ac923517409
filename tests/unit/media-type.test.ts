import { preferredType } from '../../src/transport/http/media-type.js';

const json = 'application/json';
const graphql = 'application/graphql-response+json';
const html = 'text/html';

test.each([
  [undefined, json],
  ['', json],
  ['*/*', json],
  ['application/*', json],
  [graphql, graphql],
  [`${graphql}, ${json}`, graphql],
  [`${json}, ${graphql}`, json],
  [`${json};q=0.5, ${graphql};q=0.9`, graphql],
  [`*/*, ${graphql}`, graphql],
  [`${json};q=0, */*`, graphql],
  ['Application/JSON; Charset=utf-8', json],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', html],
  ['text/*', html],
  ['image/png', null],
  [`${json};q=0`, null],
  [`${json};q=never`, null],
])('the Accept header %p prefers %p', (accept, type) => {
  expect(preferredType(accept, [json, graphql, html])).toBe(type);
});
