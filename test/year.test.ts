// Some weeks of a made-up world, sent through the HTTP API and counted again by plain code; `bench/year.ts` lives through a
// whole year.
import { expect, test } from 'vitest';
import { postgresUrl } from './postgres.ts';
import { check } from './year/check.ts';

const url = await postgresUrl();
/** Two days before clocks go forward in Europe; in Australia they go back a week later. */
const FROM = Date.UTC(2026, 2, 27);

test.skipIf(url === undefined)(
  'what was handed over, promised and told is what a plain recount finds',
  async () => {
    const size = { seed: 1, contacts: 150, sellers: 6, from: FROM, days: 14, gap: 900, restarts: 1 };
    const { findings } = await check(url ?? '', size);
    expect(findings).toEqual([]);
  },
  240_000,
);
