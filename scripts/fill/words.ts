import { scatter } from './shape.js';

const common =
  `урок завтра сьогодні домашнє завдання дякую будь ласка рівняння приклад задача відповідь питання сторінка
  зошит пʼять подивись перевір зрозуміло добре чому можна потрібно година хвилина графік функція похідна дріб кут
  трикутник слово речення читати писати граматика дієслово the homework please lesson tomorrow question answer page
  example because again thanks fraction graph verb noun read write check ready minutes later understand`
    .split(/\s+/)
    .filter(Boolean);

/** Sentences of 4 to 12 words; the first words of the list are far more frequent than the last. */
const sentences = Array.from({ length: 4_000 }, (_, n) =>
  Array.from({ length: 4 + (n % 9) }, (_, place) => {
    const skewed = (scatter(n * 16 + place, 1_000) / 1_000) ** 2;
    return common[Math.floor(skewed * common.length)];
  }).join(' '),
);

/** The text of the n-th message. Every 10,000th has the word of its ten thousands; half of all have a word of some hundred. */
export function messageText(n: number): string {
  const sentence = sentences[scatter(n, sentences.length)];
  const seldom = n % 2 === 0 ? ` вправа${scatter(n, 5_000)}` : '';
  const rare = n % 10_000 === 0 ? ` рідкісне${Math.floor(n / 10_000) % 100}` : '';
  return `${sentence}${seldom}${rare}`;
}
