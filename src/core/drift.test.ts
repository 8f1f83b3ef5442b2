// How far counts moved: nothing for the same shares, nothing for chance, a word for a change.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { driftOf } from './drift.ts';

const counts = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.record({ before: fc.nat(1000), now: fc.nat(1000) }),
  { minKeys: 1, maxKeys: 8 },
);

test('is never below nothing, is the sum of its parts, and the same both ways', () => {
  fc.assert(
    fc.property(counts, (given) => {
      const counted = new Map(Object.entries(given));
      const { index, parts } = driftOf(counted);
      if (index === null) return;
      expect(parts.every(({ part }) => part >= 0)).toBe(true);
      expect(parts.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(index, 12);
      const turned = new Map([...counted].map(([name, { before, now }]) => [name, { before: now, now: before }]));
      expect(driftOf(turned).index).toBeCloseTo(index, 12);
    }),
  );
});

test('is nothing where the shares are the same, and unknown where a period is empty', () => {
  const same = new Map([
    ['a', { before: 300, now: 300 }],
    ['b', { before: 700, now: 700 }],
  ]);
  expect(driftOf(same)).toMatchObject({ index: 0, level: 'calm' });
  expect(driftOf(new Map([['a', { before: 0, now: 3 }]]))).toEqual({ index: null, level: 'unknown', parts: [] });
});

test('says what moved, the most first', () => {
  const moved = new Map([
    ['mail', { before: 500, now: 520 }],
    ['paper', { before: 450, now: 130 }],
    ['webinar', { before: 50, now: 350 }],
  ]);
  const { level, parts } = driftOf(moved);
  expect(level).toBe('moved');
  expect(parts.map(({ name }) => name)).toEqual(['webinar', 'paper', 'mail']);
  expect(parts[0]).toMatchObject({ before: 0.05, now: 0.35 });
});

test('takes chance for chance: two draws from one bag are calm nineteen times of twenty', () => {
  const chance = chanceOf(7);
  const draw = (): number[] => {
    const bag = new Array<number>(6).fill(0);
    for (let i = 0; i < 40; i++) {
      const place = Math.floor(chance() * 6);
      bag[place] = (bag[place] ?? 0) + 1;
    }
    return bag;
  };
  let loud = 0;
  for (let i = 0; i < 500; i++) {
    const [before, now] = [draw(), draw()];
    const counted = new Map(before.map((count, name) => [String(name), { before: count, now: now[name] ?? 0 }]));
    if (driftOf(counted).level !== 'calm') loud++;
  }
  expect(loud / 500).toBeLessThan(0.08);
});
