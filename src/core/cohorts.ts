/**
 * What becomes of leads by their age, and what to expect of those that are there and those that will come. Young
 * cohorts have not had the time to win: they count only for the ages that they reached. It decides what is expected, with
 * an interval; it refuses to know who the leads are.
 *
 * Ages are whole weeks between the week of arrival and the week of the end, so that arrivals, ages and weeks of the
 * calendar add up (a Lexis table). The share won by an age is the product-limit estimate (Kaplan and Meier, 1958) with
 * Greenwood's variance (1926) on the scale of log(-log) (Kalbfleisch and Prentice, 1980). A lead that was lost stays at
 * risk until now, as it cannot win any more: with every end of observation known, that is the share won where other ends
 * compete (Fine and Gray, 1999). What open leads will do takes wins among open leads alone.
 */

import { chanceOf } from './chance.ts';
import {
  type Course,
  coursesOf,
  futureOf,
  type Interval,
  intervalOf,
  LEAST_WEEKS,
  levelOf,
  originsOf,
  type Tally,
  type Tried,
  tally,
} from './forecast.ts';
import { DAY } from './time.ts';

/** One lead: instants in milliseconds UTC. */
export interface Lead {
  readonly entered: number;
  /** When it was won or given up; null while it is open. */
  readonly ended: number | null;
  readonly won: boolean;
  /** Of a won one, in its currency; null where nobody said. */
  readonly amount: number | null;
}

const WEEK = 604_800_000;
/** Ages are taken together until so many wins stand behind a rate. */
const LEAST_WINS = 5;
const PATHS = 600;

/** Leads by week of arrival and age, both in weeks; the last week ends now. */
export interface Triangle {
  readonly weeks: number;
  /** By week of arrival, the oldest first. */
  readonly entered: readonly number[];
  /** By week of arrival, then age. */
  readonly won: readonly (readonly number[])[];
  readonly lost: readonly (readonly number[])[];
  /** What was won in each week of the calendar, each amount. */
  readonly amounts: readonly (readonly number[])[];
}

/** Lays leads out; those that came earlier than `weeks` ago, or after now, are left out. */
export function triangleOf(leads: readonly Lead[], now: number, weeks: number): Triangle {
  const start = now - weeks * WEEK;
  const weekOf = (at: number): number => Math.ceil((at - start) / WEEK) - 1;
  const rows = () => Array.from({ length: weeks }, (_, week) => new Array<number>(weeks - week).fill(0));
  const [won, lost, entered] = [rows(), rows(), new Array<number>(weeks).fill(0)];
  const amounts = Array.from({ length: weeks }, (): number[] => []);
  const add = (row: number[] | undefined, place: number): void => {
    if (row !== undefined && place in row) row[place] = (row[place] ?? 0) + 1;
  };
  for (const lead of leads) {
    const week = weekOf(lead.entered);
    if (week < 0 || week >= weeks) continue;
    add(entered, week);
    if (lead.ended === null || lead.ended > now) continue;
    // One that was won before it came counts as won at once.
    const end = Math.max(week, weekOf(lead.ended));
    add((lead.won ? won : lost)[week], end - week);
    if (lead.won && lead.amount !== null) amounts[end]?.push(lead.amount);
  }
  return { weeks, entered, won, lost, amounts };
}

/** What happened at each age, of cohorts as far as they were known after so many weeks. */
interface Age {
  readonly wins: number;
  readonly losses: number;
  /** Leads that were open when they reached the age. */
  readonly open: number;
  /** Leads that had not won when they reached it. */
  readonly unwon: number;
}

function agesOf({ entered, won, lost }: Triangle, known: number): Age[] {
  const ages = Array.from({ length: known }, () => ({ wins: 0, losses: 0, open: 0, unwon: 0 }));
  for (let week = 0; week < known; week++) {
    let open = entered[week] ?? 0;
    let unwon = open;
    for (let age = 0; age < known - week; age++) {
      const [wins, losses] = [won[week]?.[age] ?? 0, lost[week]?.[age] ?? 0];
      const at = ages[age];
      if (at === undefined) break;
      at.wins += wins;
      at.losses += losses;
      at.open += open;
      at.unwon += unwon;
      open -= wins + losses;
      unwon -= wins;
    }
  }
  return ages;
}

/** The share that has won by the end of an age, with an interval. */
export interface Converted extends Interval {
  /** Weeks. */
  readonly age: number;
  /** Leads that reached the age without having won. */
  readonly atRisk: number;
}

/** The share won by each age, up to the oldest that at least one lead reached. */
export function conversionByAge(triangle: Triangle, share: number): Converted[] {
  const z = normalQuantile((1 + share) / 2);
  let left = 1;
  let greenwood = 0;
  return agesOf(triangle, triangle.weeks).flatMap(({ wins, unwon }, age): Converted[] => {
    if (unwon === 0) return [];
    left *= 1 - wins / unwon;
    if (unwon > wins) greenwood += wins / (unwon * (unwon - wins));
    const spread = left > 0 && left < 1 ? (z * Math.sqrt(greenwood)) / Math.abs(Math.log(left)) : 0;
    return [
      {
        age,
        atRisk: unwon,
        expected: 1 - left,
        low: 1 - left ** Math.exp(-spread),
        high: 1 - left ** Math.exp(spread),
      },
    ];
  });
}

/** The leads that came in one month. */
export interface Month {
  /** Its first instant, in milliseconds UTC. */
  readonly from: number;
  readonly leads: number;
  readonly won: number;
  readonly open: number;
  /** Won within so many days of coming, by place of the days asked for; null where not all of them had the time yet. */
  readonly wonWithin: readonly (number | null)[];
}

/** Leads by month of arrival in UTC, the latest month first. */
export function monthsOf(leads: readonly Lead[], now: number, days: readonly number[]): Month[] {
  const monthOf = (at: number): number => {
    const day = new Date(at);
    return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
  };
  const months = new Map<number, Lead[]>();
  for (const lead of leads) {
    if (lead.entered > now) continue;
    const from = monthOf(lead.entered);
    months.set(from, [...(months.get(from) ?? []), lead]);
  }
  return [...months]
    .sort(([a], [b]) => b - a)
    .map(([from, own]): Month => {
      const won = own.filter((lead) => lead.won && lead.ended !== null && lead.ended <= now);
      const latest = own.reduce((last, { entered }) => Math.max(last, entered), from);
      return {
        from,
        leads: own.length,
        won: won.length,
        open: own.filter(({ ended }) => ended === null || ended > now).length,
        wonWithin: days.map((within) =>
          latest + within * DAY > now
            ? null
            : won.filter(({ entered, ended }) => (ended ?? now) - entered <= within * DAY).length,
        ),
      };
    });
}

/** The share of open leads of each age that is won, or lost, within a week. Rare ages are taken together. */
interface Rates {
  readonly win: readonly number[];
  readonly lose: readonly number[];
}

function ratesOf(ages: readonly Age[]): Rates {
  const [win, lose]: [number[], number[]] = [[], []];
  for (let first = 0; first < ages.length; ) {
    let [end, wins, losses, open] = [first, 0, 0, 0];
    while (end < ages.length && wins < LEAST_WINS) {
      const age = ages[end++];
      wins += age?.wins ?? 0;
      losses += age?.losses ?? 0;
      open += age?.open ?? 0;
    }
    for (; first < end; first++) {
      win.push(open === 0 ? 0 : wins / open);
      lose.push(open === 0 ? 0 : losses / open);
    }
  }
  return { win, lose };
}

/** What is known after some weeks, ready to draw futures from. */
interface Standing {
  readonly rates: Rates;
  /** Open leads by age. */
  readonly open: readonly number[];
  readonly arrivals: readonly Course[];
  readonly wins: Course;
  readonly amounts: readonly number[];
}

function standingAt(triangle: Triangle, known: number): Standing {
  const { entered, won, lost } = triangle;
  const rates = ratesOf(agesOf(triangle, known));
  const expected = new Array<number>(known).fill(0);
  const happened = new Array<number>(known).fill(0);
  const open = new Array<number>(known).fill(0);
  for (let week = 0; week < known; week++) {
    let left = entered[week] ?? 0;
    for (let age = 0; age < known - week; age++) {
      const wins = won[week]?.[age] ?? 0;
      expected[week + age] = (expected[week + age] ?? 0) + left * (rates.win[age] ?? 0);
      happened[week + age] = (happened[week + age] ?? 0) + wins;
      left -= wins + (lost[week]?.[age] ?? 0);
    }
    open[known - 1 - week] = left;
  }
  const arrived = entered.slice(0, known);
  return {
    rates,
    open,
    arrivals: coursesOf(
      arrived,
      arrived.map(() => 1),
    ),
    wins: levelOf(happened, expected),
    amounts: triangle.amounts.slice(0, known).flat(),
  };
}

export interface Outlook {
  readonly wins: Interval;
  /** Null where no won lead has an amount. */
  readonly revenue: Interval | null;
}

/**
 * What is won in the next weeks.
 * @param coming whether leads that are not there yet count too, at the pace at which they came
 */
export function outlook(
  triangle: Triangle,
  asked: { readonly ahead: number; readonly coming: boolean; readonly share: number; readonly seed: number },
): Outlook | null {
  return triangle.weeks < LEAST_WEEKS ? null : outlookFrom(standingAt(triangle, triangle.weeks), asked);
}

function outlookFrom(
  { rates, open, arrivals, wins, amounts }: Standing,
  { ahead, coming, share, seed }: { ahead: number; coming: boolean; share: number; seed: number },
): Outlook {
  const chance = chanceOf(seed);
  const oldest = rates.win.length - 1;
  const [counts, sums]: [number[], number[]] = [[], []];
  for (let path = 0; path < PATHS; path++) {
    const arrive = futureOf(arrivals, path / PATHS, chance);
    const win = futureOf([wins], 0, chance);
    const left = Float64Array.from([...open, ...new Array<number>(ahead).fill(0)]);
    let [won, revenue] = [0, 0];
    for (let week = 0; week < ahead; week++) {
      // A week later everybody is a week older, and the new ones come.
      left.copyWithin(1, 0);
      left[0] = coming ? arrive(1) : 0;
      let could = 0;
      left.forEach((leads, age) => {
        const place = Math.min(age, oldest);
        could += leads * (rates.win[place] ?? 0);
        left[age] = leads * (1 - (rates.win[place] ?? 0) - (rates.lose[place] ?? 0));
      });
      const drawn = win(could);
      won += drawn;
      for (let i = 0; i < drawn && amounts.length > 0; i++)
        revenue += amounts[Math.floor(chance() * amounts.length)] ?? 0;
    }
    counts.push(won);
    sums.push(revenue);
  }
  return {
    wins: intervalOf(counts, share),
    revenue: amounts.length === 0 ? null : intervalOf(sums, share),
  };
}

/** Forecasts the wins of the next weeks at past instants, each from what was known then. */
export function backTestWins(triangle: Triangle, ahead: number, share: number, seed: number, most = 52): Tally {
  const wins = new Array<number>(triangle.weeks).fill(0);
  triangle.won.forEach((row, week) => {
    row.forEach((count, age) => {
      wins[week + age] = (wins[week + age] ?? 0) + count;
    });
  });
  const sum = (from: number, until: number) => wins.slice(from, until).reduce((a, b) => a + b, 0);
  return tally(
    originsOf(triangle.weeks, ahead, most).map((known): Tried => {
      const asked = { ahead, coming: true, share, seed: seed + known };
      const found = outlookFrom(standingAt(triangle, known), asked).wins;
      return { ...found, known, truth: sum(known, known + ahead), same: sum(known - ahead, known) };
    }),
  );
}

/** The standard normal's quantile, by bisection of the error function's series: few calls, nine digits. */
function normalQuantile(part: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < part) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The share of a standard normal below z (Abramowitz and Stegun 26.2.11). */
function normalShare(z: number): number {
  let [term, sum] = [z, z];
  for (let k = 1; k < 200 && Math.abs(term) > 1e-12; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}
