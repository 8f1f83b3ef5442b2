// Cohorts: young ones count only for the ages that they reached, and what was expected is held against what came, on
// made-up leads whose truth is known and on a real funnel where it is at hand.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { chanceOf, drawCount } from './chance.ts';
import { backTestWins, conversionByAge, type Lead, monthsOf, outlook, triangleOf } from './cohorts.ts';
import { backTest, tally } from './forecast.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const SHARE = 0.8;
const START = Date.UTC(2026, 0, 5);

/** Leads of which 12 % win, half of them within a fortnight; some are lost. */
function madeUp(weeks: number, perWeek: number, seed: number): Lead[] {
  const chance = chanceOf(seed);
  return Array.from({ length: weeks }, (_, week) => week).flatMap((week) =>
    Array.from({ length: drawCount(perWeek, 1.5, chance) }, (): Lead => {
      const entered = START + week * WEEK + chance() * WEEK;
      const fate = chance();
      if (fate < 0.12)
        return {
          entered,
          ended: entered - 20 * DAY * Math.log(1 - chance()),
          won: true,
          amount: 500 + 1000 * chance(),
        };
      if (fate < 0.5) return { entered, ended: entered - 30 * DAY * Math.log(1 - chance()), won: false, amount: null };
      return { entered, ended: null, won: false, amount: null };
    }),
  );
}
/** What was known by then. */
const knownBy = (leads: readonly Lead[], now: number): Lead[] =>
  leads
    .filter(({ entered }) => entered <= now)
    .map((lead) =>
      lead.ended !== null && lead.ended > now ? { ...lead, ended: null, won: false, amount: null } : lead,
    );

test('the share won by age is that of all leads at their end, though most of them are young', () => {
  const leads = madeUp(40, 100, 1);
  const now = START + 40 * WEEK;
  const curve = conversionByAge(triangleOf(knownBy(leads, now), now, 40), 0.95);
  const at = (age: number) => curve.find((one) => one.age === age);
  // 1 - exp(-age / 20 days) of 12 %; an age of whole weeks ends half a week earlier on average than it says.
  const truth = (days: number) => 0.12 * (1 - Math.exp(-days / 20));
  for (const age of [1, 3, 8, 20]) {
    const days = (age + 0.5) * 7;
    expect(at(age)?.low).toBeLessThan(truth(days) + 0.004);
    expect(at(age)?.high).toBeGreaterThan(truth(days) - 0.004);
  }
  // Plain division says less: it counts young leads as if they had failed.
  const plain = knownBy(leads, now).filter(({ won }) => won).length / leads.length;
  expect(curve.at(-1)?.expected).toBeGreaterThan(plain);
  for (const { low, expected, high } of curve) expect(low <= expected && expected <= high).toBe(true);
});

test('where every lead was watched to its end, the curve is plain counting', () => {
  const leads: Lead[] = [1, 1, 9, null].map((days) => ({
    entered: START + DAY / 2,
    ended: days === null ? null : START + days * DAY,
    won: days !== null,
    amount: null,
  }));
  const curve = conversionByAge(triangleOf(leads, START + 10 * WEEK, 10), SHARE);
  expect(curve.map(({ expected }) => expected)).toEqual([0.5, 0.75, ...new Array(8).fill(0.75)]);
  expect(curve[0]?.atRisk).toBe(4);
});

test('wins and revenue of the leads that are there, and of those that come too', () => {
  const weeks = 50;
  const results = [1, 2, 3, 4, 5, 6].map((seed) => {
    const leads = madeUp(weeks + 8, 60, seed);
    const now = START + weeks * WEEK;
    const triangle = triangleOf(knownBy(leads, now), now, weeks);
    const asked = { ahead: 8, share: SHARE, seed };
    const soon = leads.filter(({ ended, won }) => won && ended !== null && ended > now && ended <= now + 8 * WEEK);
    const present = soon.filter(({ entered }) => entered <= now);
    const held = (found: { low: number; high: number } | null | undefined, truth: number) =>
      Number(found != null && found.low <= truth && truth <= found.high);
    const [there, all] = [
      outlook(triangle, { ...asked, coming: false }),
      outlook(triangle, { ...asked, coming: true }),
    ];
    const sum = (list: readonly Lead[]) => list.reduce((total, { amount }) => total + (amount ?? 0), 0);
    return [held(there?.wins, present.length), held(all?.wins, soon.length), held(all?.revenue, sum(soon))];
  });
  for (const place of [0, 1, 2])
    expect(results.reduce((sum, held) => sum + (held[place] ?? 0), 0)).toBeGreaterThanOrEqual(4);
});

test('of leads that are older than any that ever won nothing is expected', () => {
  const leads = Array.from({ length: 300 }, (_, i): Lead => {
    const entered = START + (i % 30) * WEEK + DAY;
    const won = i % 4 === 0;
    return { entered, ended: won ? entered + 8 * DAY : null, won, amount: null };
  });
  const now = START + 40 * WEEK;
  const there = outlook(triangleOf(leads, now, 40), { ahead: 13, coming: false, share: SHARE, seed: 1 });
  expect(there?.wins).toEqual({ expected: 0, low: 0, high: 0 });
});

test('made-up leads: the interval holds 70 to 90 of a hundred truths', () => {
  const tried = [1, 2, 3, 4].flatMap((seed) => {
    const leads = madeUp(40, 60, seed);
    return backTestWins(triangleOf(leads, START + 40 * WEEK, 40), 4, SHARE, seed).tried;
  });
  const { coverage, error, sameError } = tally(tried);
  expect(coverage).toBeGreaterThanOrEqual(0.7);
  expect(coverage).toBeLessThanOrEqual(0.9);
  expect(error).toBeLessThan(sameError ?? 0);
});

test('months tell what was won within so many days only once all leads had the time', () => {
  const lead = (day: number, ended: number | null): Lead => ({
    entered: Date.UTC(2026, 0, day),
    ended: ended === null ? null : Date.UTC(2026, 0, ended),
    won: ended !== null,
    amount: null,
  });
  const leads = [lead(1, 5), lead(20, 70), lead(31, null), lead(40, null)];
  const [, january] = monthsOf(leads, Date.UTC(2026, 2, 15), [30, 90]);
  expect(january).toEqual({ from: Date.UTC(2026, 0, 1), leads: 3, won: 2, open: 1, wonWithin: [1, null] });
  expect(monthsOf([], 0, [30])).toEqual([]);
});

test('nothing is expected of too short a history, and no revenue without amounts', () => {
  expect(outlook(triangleOf([], START, 3), { ahead: 4, coming: true, share: SHARE, seed: 1 })).toBeNull();
  const empty = outlook(triangleOf([], START, 20), { ahead: 4, coming: true, share: SHARE, seed: 1 });
  expect(empty).toEqual({ wins: { expected: 0, low: 0, high: 0 }, revenue: null });
});

const FUNNEL = fileURLToPath(new URL('../../../shared/data/olist-funnel/', import.meta.url));
const here = existsSync(FUNNEL);
if (!here) console.log('skipped: ../shared/data/olist-funnel is not here (optional local data)');

describe.skipIf(!here)('a real funnel, from past dates', () => {
  const rows = (file: string): string[][] =>
    readFileSync(FUNNEL + file, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
  const read = (): Lead[] => {
    const won = new Map(
      rows('olist_closed_deals_dataset.csv').map(([lead = '', , , , at = '']) => [
        lead,
        Date.parse(`${at.replace(' ', 'T')}Z`),
      ]),
    );
    return rows('olist_marketing_qualified_leads_dataset.csv').flatMap(([lead = '', day = '']): Lead[] => {
      const entered = Date.parse(`${day}T12:00:00Z`);
      const ended = won.get(lead) ?? null;
      return entered < Date.UTC(2018, 0) ? [] : [{ entered, ended, won: ended !== null, amount: null }];
    });
  };

  test('an 80 % interval for the wins of the next four weeks holds 70 to 90 of a hundred, and errs less than the last four', () => {
    const leads = read();
    // Weeks that begin on each day of the week: all past days from the eighth week on.
    const tried = [0, 1, 2, 3, 4, 5, 6].flatMap((shift) => {
      const now = Date.UTC(2018, 5, 1) - shift * DAY;
      const weeks = Math.floor((now - Date.UTC(2018, 0)) / WEEK);
      return backTestWins(triangleOf(leads, now, weeks), 4, SHARE, 1).tried;
    });
    const { coverage, error, sameError } = tally(tried);
    expect(tried.length).toBeGreaterThan(60);
    expect(coverage).toBeGreaterThanOrEqual(0.7);
    expect(coverage).toBeLessThanOrEqual(0.9);
    expect(error).toBeLessThan(0.9 * (sameError ?? 0));
  });

  test.each([
    ['all that was recorded', Date.UTC(2017, 5, 14)],
    ['the months of which deals are known too', Date.UTC(2018, 0)],
  ])('the same for the leads that come: %s', (_, from) => {
    const days = rows('olist_marketing_qualified_leads_dataset.csv').map(([, day]) => Date.parse(`${day}T12:00:00Z`));
    const tried = [0, 1, 2, 3, 4, 5, 6].flatMap((shift) => {
      const now = Date.UTC(2018, 5, 1) - shift * DAY;
      const counts = new Array<number>(Math.floor((now - from) / WEEK)).fill(0);
      for (const day of days) {
        const week = counts.length - 1 - Math.floor((now - day) / WEEK);
        if (day < now && week >= 0) counts[week] = (counts[week] ?? 0) + 1;
      }
      return backTest(counts, 4, SHARE, 1).tried;
    });
    const { coverage, error, sameError } = tally(tried);
    expect(tried.length).toBeGreaterThan(60);
    expect(coverage).toBeGreaterThanOrEqual(0.7);
    expect(coverage).toBeLessThanOrEqual(0.9);
    expect(error).toBeLessThan(sameError ?? 0);
  });
});
