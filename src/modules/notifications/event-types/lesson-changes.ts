import type { Language } from '../language.js';
import { type LessonData, lessonEvent, line, unless, withWhom } from './lesson-event.js';

/** A lesson has other times: the present ones are told, so two moves in a row may both tell the last. */
export const lessonMoved = lessonEvent({
  name: 'lesson.moved',
  refusal: unless('SCHEDULED'),
  forUpcoming: true,
  text: {
    uk: (facts, formats) => ({
      title: `Заняття «${facts.title}» перенесено`,
      body: line('Новий час:', withWhom(facts, formats, 'uk')),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” is moved`,
      body: line('The new time:', withWhom(facts, formats, 'en')),
    }),
  },
});

const absent: Readonly<Record<Language, Readonly<Record<'STUDENT' | 'TUTOR' | 'BOTH', string>>>> = {
  uk: {
    STUDENT: 'Учень не з’явився.',
    TUTOR: 'Викладач не з’явився.',
    BOTH: 'Ніхто не з’явився.',
  },
  en: {
    STUDENT: 'The student did not come.',
    TUTOR: 'The tutor did not come.',
    BOTH: 'Nobody came.',
  },
};

function whoWasAbsent({ noShowParty }: LessonData, language: Language): string | null {
  return noShowParty ? absent[language][noShowParty] : null;
}

/** Somebody did not come to a lesson. */
export const lessonNoShow = lessonEvent({
  name: 'lesson.no_show',
  refusal: unless('NO_SHOW'),
  text: {
    uk: (facts, formats) => ({
      title: `Заняття «${facts.title}» не відбулося`,
      body: line(whoWasAbsent(facts, 'uk'), withWhom(facts, formats, 'uk')),
    }),
    en: (facts, formats) => ({
      title: `Lesson “${facts.title}” did not take place`,
      body: line(whoWasAbsent(facts, 'en'), withWhom(facts, formats, 'en')),
    }),
  },
});
