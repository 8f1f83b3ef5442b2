// Which role a job title tells of.
import { expect, test } from 'vitest';
import { buyingRoles, rolesOfTitle, wordsOfRole } from './roles.ts';

test.each([
  ['CEO', ['decides']],
  ['Founder & CTO', ['decides', 'technical']],
  ['GENEL MÜDÜR', ['decides']],
  ['Directrice générale', ['decides']],
  ['VP, Finance', ['pays']],
  ['Specialist achiziții', ['pays', 'uses']],
  ['Satın Alma Uzmanı', ['pays', 'uses']],
  ['Procurement Manager', ['pays', 'uses']],
  ['IT-Leiter', ['technical', 'uses']],
  ['Team Lead', ['uses']],
  ['Генеральный директор', ['decides']],
  ['資深軟體工程師', ['technical']],
  ['採購經理', ['pays', 'uses']],
  // `it` is a word here, not a piece of one.
  ['Editor', []],
  ['', []],
])('%s', (title, roles) => {
  expect(rolesOfTitle(title)).toEqual(roles);
});

test('every phrase tells of its own role, whatever its case', () => {
  for (const role of buyingRoles) {
    for (const phrase of wordsOfRole(role)) {
      expect(rolesOfTitle(phrase.toLocaleUpperCase('en')), phrase).toContain(role);
    }
  }
});
