import { describe, expect, test } from 'vitest';
import { guessColumns, guessKind } from './column-guess.ts';

const column = (name: string, ...cells: string[]) => ({ name, cells });

describe('what a column is taken for', () => {
  test('goes by its name, by its cells, or by both', () => {
    const columns = [
      column('Record ID', '1', '2'),
      column('E-Mail Address', 'a@b.co', 'c@d.co'),
      column('Create Date', '2026-01-01'),
      column('Contact', 'x@y.co'),
      column('Size of boots', '43'),
      column('Nothing'),
    ];
    const told = guessColumns('contacts', columns).map(({ as, confidence, because }) => [as, confidence, because]);
    expect(told).toEqual([
      ['id', 'sure', 'name'],
      ['email', 'sure', 'both'],
      ['created_at', 'sure', 'both'],
      ['Contact', 'unsure', 'own'],
      ['Size of boots', 'unsure', 'own'],
      [null, 'likely', 'empty'],
    ]);
  });

  test('an address under a strange name is one; no two columns get the same name, and the surest keeps it', () => {
    const [first, second] = guessColumns('contacts', [column('Reach', 'a@b.co'), column('email', 'c@d.co')]);
    expect(first).toMatchObject({ as: 'Reach', confidence: 'unsure' });
    expect(second).toMatchObject({ as: 'email', confidence: 'sure' });
    expect(guessColumns('contacts', [column('Reach', 'a@b.co')])[0]).toMatchObject({ as: 'email', because: 'cells' });
    // Where the cells say otherwise it is less sure.
    expect(guessColumns('contacts', [column('email', 'none')])[0]).toMatchObject({ confidence: 'likely' });
  });

  test.each([
    ['contacts', [column('id', '1'), column('email', 'a@b.co'), column('createdate', '2026-01-01')]],
    ['events', [column('user_id', '1'), column('event', 'page_viewed'), column('timestamp', '2026-01-01T10:00:00Z')]],
    ['companies', [column('Company ID', '1'), column('Website', 'acme.io')]],
    ['contacts', [column('Imię', 'a@b.co')]],
  ])('these rows are %s', (kind, columns) => {
    expect(guessKind(columns)).toBe(kind);
  });
});
