import type { Language } from '../language.js';
import { featureRules } from './feature-rules.js';
import { requestRules } from './request-rules.js';
import { valueRules } from './value-rules.js';
import { type ValuesOf, worded } from './wording.js';

/** Everything that can be wrong with one input, in every language. */
export const fieldRules = { ...valueRules, ...requestRules, ...featureRules } as const;

/** The name of what an input has to be, or of what is wrong with it. */
export type FieldRule = keyof typeof fieldRules;

/** What is wrong with one input: a rule with its values, such as `{ rule: 'AT_MOST_CHARACTERS', max: 4000 }`. */
export type FieldProblem = {
  [Rule in FieldRule]: { readonly rule: Rule } & ValuesOf<(typeof fieldRules)[Rule]>;
}[FieldRule];

/** The problem in words, which go on after the path of the input. */
export function problemIn(language: Language, problem: FieldProblem): string {
  return worded(fieldRules[problem.rule], language, problem);
}
