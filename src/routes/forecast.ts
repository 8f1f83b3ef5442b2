/** What is to be expected: qualified leads, what a definition costs, the threshold for a pace, wins and revenue. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Agreement, parseAgreement } from '../core/agreement.ts';
import { backTestWins, conversionByAge, monthsOf, outlook, type Triangle, triangleOf } from '../core/cohorts.ts';
import {
  climbingPerWeek,
  costsOf,
  duringWeeks,
  type Looks,
  mean,
  meetingPerWeek,
  smallestLoosening,
  thresholdFor,
} from '../core/definition.ts';
import { readText } from '../core/document.ts';
import {
  backTest,
  begun,
  type Forecast,
  forecastCounts,
  type Interval,
  intervalOf,
  landingOf,
  type Tally,
} from '../core/forecast.ts';
import { phrasesOf } from '../core/phrases/languages.ts';
import { type Looked, WEEK } from '../forecasting.ts';
import { type Serving, servingModel } from '../store/contacts.ts';
import { entriesPerWeek, handedLeads, servedSince } from '../store/forecast.ts';
import { inPoints } from './contact-shape.ts';
import { answers, type Desk, id, language, missing, shortText, typed, written } from './shapes.ts';

const tags = ['forecast'];
const config = { right: 'handoff.read' } as const;
/** The share of futures inside of every interval. */
const SHARE = 0.8;
/** The same question has the same answer. */
const SEED = 1;
/** Weeks that a back-test looks ahead. */
const TRIED_AHEAD = 4;
/** Moves speak for themselves from so many weeks on; before, contacts are scored as of past weeks. */
const WEEKS_OF_MOVES = 26;
const MOST_WEEKS = 104;
/** Days by which cohorts are compared. */
const WITHIN = [30, 90] as const;
/** Of the present threshold: those that are told beside it. */
const STEPS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2] as const;

export const intervalShape = z.object({ expected: z.number(), low: z.number(), high: z.number() });
const weekShape = z.object({ from: z.string(), until: z.string() });
const tallyShape = z.object({
  weeksAhead: z.number(),
  cases: z.number().describe('Forecasts from past weeks, each from what was known then. They overlap.'),
  coverage: z.number().nullable().describe('The share of them whose interval held what came.'),
  error: z.number().nullable().describe('Mean distance of what was expected from what came.'),
  sameError: z.number().nullable().describe('The same for “as many as in the weeks before”.'),
});
const sampleShape = z.object({
  contacts: z.number(),
  lookedAt: z.number().describe('Where fewer than all, counts are scaled up.'),
  error: z.number().nullable().describe('Half the width of the 80 % interval that this adds to a mean per week.'),
});

export const forecastShape = z.object({
  source: z.enum(['moves', 'scored']).describe('Moves as they were recorded, or contacts scored as of past weeks.'),
  share: z.number(),
  history: z.array(weekShape.extend({ count: z.number() })),
  ahead: z.array(weekShape.extend(intervalShape.shape)).nullable().describe('Null where history is too short.'),
  month: intervalShape.nullable().describe('Of the next four weeks.'),
  quarter: intervalShape.nullable().describe('Of the next thirteen weeks.'),
  seasonal: z.boolean(),
  backTest: tallyShape,
  promise: z
    .object({
      count: z.number(),
      per: z.enum(['month', 'quarter']),
      from: z.string(),
      until: z.string(),
      soFar: z.number(),
      end: intervalShape,
      chance: z.number().describe('Of coming to the promised number by the end of the period.'),
    })
    .nullable(),
  sample: sampleShape.nullable(),
});

export const definitionShape = z.object({
  perWeek: z.number(),
  sample: sampleShape,
  conditions: z
    .array(z.object({ condition: z.string(), perWeek: z.number(), more: z.number() }))
    .describe('Without this condition alone: how many a week, and how many more. The dearest first.'),
  wantedPerWeek: z.number().nullable(),
  loosening: z
    .object({ leaveOut: z.array(z.string()), perWeek: z.number() })
    .nullable()
    .describe('The fewest conditions to leave out for the wanted number; null where nothing was wanted or none do.'),
  threshold: z
    .object({
      score: z.string(),
      points: z.number(),
      steps: z.array(z.object({ points: z.number(), perWeek: z.number() })),
      fills: z.number().nullable().describe('The highest threshold that gives the wanted number.'),
    })
    .nullable()
    .describe('Where the stage asks for one score alone.'),
});

export const thresholdShape = z.object({
  score: z.string(),
  points: z.number(),
  perDay: z.number(),
  below: z.object({ points: z.number(), perDay: z.number() }).nullable().describe('The next lower threshold.'),
  weeks: intervalShape.describe('Of the weeks of the last year, per week.'),
  tried: z
    .object({ points: z.number(), perDay: z.number() })
    .nullable()
    .describe('The threshold that the first half of the year would have given, and what came of it in the second.'),
  sample: sampleShape,
});

const outlookShape = z.object({ wins: intervalShape, revenue: intervalShape.nullable() }).nullable();
export const revenueShape = z.object({
  share: z.number(),
  leads: z.number(),
  open: z.number(),
  won: z.number(),
  currency: z.string().nullable(),
  otherCurrencies: z.number().describe('Won leads whose amount is in another currency, and is left out.'),
  weeksAhead: z.number(),
  present: outlookShape.describe('What leads that are there bring.'),
  next: outlookShape.describe('The same with those that will come.'),
  conversion: z.array(intervalShape.extend({ age: z.number().describe('Weeks.'), atRisk: z.number() })),
  cohorts: z.array(
    z.object({
      month: z.string(),
      leads: z.number(),
      won: z.number(),
      open: z.number(),
      wonWithin: z.array(z.object({ days: z.number(), won: z.number().nullable() })),
    }),
  ),
  backTest: tallyShape,
});

const showTally = (ahead: number, { tried, ...rest }: Tally): z.input<typeof tallyShape> => ({
  weeksAhead: ahead,
  cases: tried.length,
  ...rest,
});

const bare = ({ expected, low, high }: Interval): Interval => ({ expected, low, high });

/** Leads came by chance, and so did those that were looked at: the part of the doubt that looking at all would end. */
function showSample({ contacts, sample, looks }: Looked, perWeek: number): z.input<typeof sampleShape> {
  const { each, weeks } = looks;
  const seen = (perWeek * weeks) / each;
  const error = each === 1 ? null : (1.2816 * Math.sqrt(seen * (1 - 1 / each)) * each) / weeks;
  return { contacts, lookedAt: sample, error };
}

/** The month or quarter of UTC that an instant is in. */
function periodAt(now: number, per: 'month' | 'quarter'): { from: number; until: number } {
  const day = new Date(now);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  const first = per === 'month' ? month : month - (month % 3);
  return { from: Date.UTC(year, first), until: Date.UTC(year, first + (per === 'month' ? 1 : 3)) };
}

/** What of weekly counts lies after an instant; a week that it cuts counts in part. */
function since(counts: readonly number[], until: number, from: number): number {
  return counts.reduce((sum, count, i) => {
    const end = until - (counts.length - 1 - i) * WEEK;
    return sum + count * Math.min(1, Math.max(0, (end - from) / WEEK));
  }, 0);
}

export function forecastRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  const servingOr404 = async (name: string | null): Promise<Serving> =>
    (await servingModel(app.db, name)) ?? missing('model that serves');
  const lookFor = (serving: Serving, definition: Agreement['definition']): Promise<Looked> =>
    app.forecasting.look({ kind: 'definition', modelId: serving.modelId, definition });
  const bareStage = (stage: string): Agreement['definition'] => ({
    stage,
    require: [],
    qualifiers: { demographic: null, situational: null, behavioural: null },
  });

  interface Counted {
    readonly source: 'moves' | 'scored';
    readonly counts: readonly number[];
    readonly until: number;
    readonly looked: Looked | null;
  }
  const countOf = (looked: Looked): Counted => ({
    source: 'scored',
    counts: begun(meetingPerWeek(looked.looks)),
    until: looked.until,
    looked,
  });
  async function countStage(stage: string): Promise<Counted> {
    const serving = await servingOr404(null);
    const { stages } = await app.scoring.modelOf(serving.modelId);
    const place = stages.findIndex((one) => one.id === stage);
    if (place < 0) missing(`stage ${stage}`);
    const now = app.clock();
    const weeks = Math.min(MOST_WEEKS, Math.floor((now - ((await servedSince(app.db, serving.name)) ?? now)) / WEEK));
    if (weeks < WEEKS_OF_MOVES) return countOf(await lookFor(serving, bareStage(stage)));
    const reached = stages.slice(place).map((one) => one.id);
    const counts = await entriesPerWeek(app.db, { model: serving.name, stages: reached, until: now, weeks });
    return { source: 'moves', counts: begun(counts), until: now, looked: null };
  }

  function promised(
    { number }: Agreement['marketing'],
    { counts, until }: Counted,
  ): z.input<typeof forecastShape>['promise'] {
    if (number === null) return null;
    const { from, until: end } = periodAt(until, number.per);
    const soFar = since(counts, until, from);
    const landing = landingOf(counts, { reached: soFar, weeksLeft: (end - until) / WEEK, share: SHARE, seed: SEED });
    if (landing === null) return null;
    return {
      ...number,
      from: written(from),
      until: written(end),
      soFar,
      end: bare(landing),
      chance: landing.chanceOf(number.count),
    };
  }

  server.get(
    '/api/forecast',
    {
      config,
      schema: {
        tags,
        summary: 'How many contacts will meet a definition, or come to a stage, in the next weeks',
        querystring: z
          .object({
            agreement: id.optional().describe('A version of an agreement.'),
            stage: shortText.optional().describe('Or a stage of the serving model.'),
            weeks: z.coerce.number().int().min(1).max(26).default(13),
          })
          .refine(({ agreement, stage }) => (agreement === undefined) !== (stage === undefined), {
            message: 'name an agreement or a stage',
          }),
        response: answers(forecastShape),
      },
    },
    async ({ query: { agreement: agreementId, stage, weeks } }) => {
      const agreement = agreementId === undefined ? null : await app.handoffs.agreementOf(agreementId);
      const counted =
        agreement === null
          ? await countStage(stage ?? '')
          : countOf(await lookFor(await servingOr404(agreement.model), agreement.definition));
      const { source, counts, until, looked } = counted;
      const found: Forecast | null = forecastCounts(counts, { weeks, spans: [4, 13], share: SHARE, seed: SEED });
      const [month, quarter] = found?.spans ?? [];
      const week = (place: number) => ({
        from: written(until + (place - 1) * WEEK),
        until: written(until + place * WEEK),
      });
      return {
        source,
        share: SHARE,
        history: counts.map((count, i) => ({ ...week(i - counts.length + 1), count })),
        ahead: found?.weeks.map((interval, i) => ({ ...week(i + 1), ...interval })) ?? null,
        month: month === undefined ? null : bare(month),
        quarter: quarter === undefined ? null : bare(quarter),
        seasonal: found?.seasonal ?? false,
        backTest: showTally(TRIED_AHEAD, backTest(counts, TRIED_AHEAD, SHARE, SEED)),
        promise: agreement === null ? null : promised(agreement.marketing, counted),
        sample: looked && showSample(looked, mean(counts)),
      };
    },
  );

  /** Reads a document against the serving version of the model that it names. @throws ModelError */
  async function read(document: string): Promise<Agreement> {
    const { model } = Object(readText(document).value);
    const serving = typeof model === 'string' ? await servingModel(app.db, model) : null;
    const stages = serving === null ? [] : (await app.scoring.modelOf(serving.modelId)).stages.map((one) => one.id);
    const spoken = serving && { document: readText(serving.document).value, stages };
    return parseAgreement(document, () => spoken);
  }

  server.post(
    '/api/forecast/definition',
    {
      config,
      schema: {
        tags,
        summary: 'What each condition of a definition costs, and the smallest loosening that fills a promise',
        body: z
          .object({
            agreement: id.optional(),
            document: z.string().min(1).max(200_000).optional().describe('The text of an agreement, YAML or JSON.'),
            wantedPerWeek: z.number().min(0).max(1e7).optional().describe('What marketing promises, unless given.'),
            language,
          })
          .refine(({ agreement, document }) => (agreement === undefined) !== (document === undefined), {
            message: 'name an agreement or send its document',
          }),
        response: answers(definitionShape),
      },
    },
    async ({ body }) => {
      const agreement =
        body.agreement === undefined ? await read(body.document ?? '') : await app.handoffs.agreementOf(body.agreement);
      const looked = await lookFor(await servingOr404(agreement.model), agreement.definition);
      const { looks } = looked;
      const say = phrasesOf(body.language);
      const told = (place: number): string => looked.says[place]?.(say) ?? '';
      const perWeek = mean(meetingPerWeek(looks));
      const { number } = agreement.marketing;
      const promise = number && number.count / (number.per === 'month' ? 365.25 / 12 / 7 : 365.25 / 4 / 7);
      const wanted = body.wantedPerWeek ?? promise;
      const loosening = wanted === null ? null : smallestLoosening(looks, wanted);
      return {
        perWeek,
        sample: showSample(looked, perWeek),
        conditions: costsOf(looks).map(({ condition, ...cost }) => ({ condition: told(condition), ...cost })),
        wantedPerWeek: wanted,
        loosening: loosening && { ...loosening, leaveOut: loosening.leaveOut.map(told) },
        threshold: looked.threshold && stepsOf(looks, looked.threshold, wanted),
      };
    },
  );

  function stepsOf(looks: Looks, { score, points }: NonNullable<Looked['threshold']>, wanted: number | null) {
    const rate = (least: number): number => mean(meetingPerWeek(looks, { least: { condition: 0, points: least } }));
    const found = wanted === null ? null : thresholdFor(looks, wanted, rate);
    const fills = found === null ? null : found.perWeek >= (wanted ?? 0) ? found : found.below;
    const whole = STEPS.map((step) => Math.round((points * step) / 1_000_000) * 1_000_000);
    return {
      score,
      points: inPoints(points),
      steps: [...new Set(whole)].map((least) => ({ points: inPoints(least), perWeek: rate(least) })),
      fills: fills && inPoints(fills.points),
    };
  }

  server.get(
    '/api/forecast/threshold',
    {
      config,
      schema: {
        tags,
        summary: 'The threshold of a score that gives sales so many leads a day',
        querystring: z.object({
          score: shortText,
          perDay: z.coerce.number().min(0.01).max(1e6).describe('On average over all days of the week.'),
        }),
        response: answers(thresholdShape),
      },
    },
    async ({ query: { score, perDay } }) => {
      const serving = await servingOr404(null);
      const model = await app.scoring.modelOf(serving.modelId);
      const known = model.scores.some((one) => one.name === score && one.kind !== 'grid');
      if (!known) missing(`score ${score} with points`);
      const looked = await app.forecasting.look({ kind: 'score', modelId: serving.modelId, score });
      const { looks } = looked;
      const rateOver = (over: Looks) => (points: number) => mean(climbingPerWeek(over, points));
      const found = thresholdFor(looks, perDay * 7, rateOver(looks));
      if (found === null) missing(`contact that ever had the score ${score}`);
      const half = Math.floor(looks.weeks / 2);
      const earlier = duringWeeks(looks, 0, half);
      const learned = thresholdFor(earlier, perDay * 7, rateOver(earlier));
      const later = learned && mean(climbingPerWeek(duringWeeks(looks, half, looks.weeks), learned.points)) / 7;
      const weeks = climbingPerWeek(looks, found.points);
      return {
        score,
        points: inPoints(found.points),
        perDay: found.perWeek / 7,
        below: found.below && { points: inPoints(found.below.points), perDay: found.below.perWeek / 7 },
        weeks: intervalOf(weeks, SHARE),
        tried: learned && later !== null ? { points: inPoints(learned.points), perDay: later } : null,
        sample: showSample(looked, found.perWeek),
      };
    },
  );

  server.get(
    '/api/forecast/revenue',
    {
      config,
      schema: {
        tags,
        summary: 'Conversion by age, and the wins and revenue to expect of what was handed over',
        querystring: z.object({ weeks: z.coerce.number().int().min(1).max(52).default(13) }),
        response: answers(revenueShape),
      },
    },
    async ({ query: { weeks } }) => {
      const now = app.clock();
      const handed = await handedLeads(app.db, now - MOST_WEEKS * WEEK);
      const currency = commonest(handed.flatMap((lead) => (lead.amount === null ? [] : [lead.currency])));
      const foreign = handed.filter((lead) => lead.amount !== null && lead.currency !== currency);
      const leads = handed.map((lead) => (lead.currency === currency ? lead : { ...lead, amount: null }));
      const first = leads.reduce((least, { entered }) => Math.min(least, entered), now);
      // The first week need not be whole: it has leads from its first one on.
      const triangle: Triangle = triangleOf(leads, now, Math.max(1, Math.ceil((now - first + 1) / WEEK)));
      const asked = { ahead: weeks, share: SHARE, seed: SEED };
      return {
        share: SHARE,
        leads: leads.length,
        open: leads.filter(({ ended }) => ended === null).length,
        won: leads.filter(({ won }) => won).length,
        currency,
        otherCurrencies: foreign.length,
        weeksAhead: weeks,
        present: outlook(triangle, { ...asked, coming: false }),
        next: outlook(triangle, { ...asked, coming: true }),
        conversion: conversionByAge(triangle, SHARE),
        cohorts: monthsOf(leads, now, WITHIN).map(({ from, wonWithin, ...month }) => ({
          ...month,
          month: written(from),
          wonWithin: wonWithin.map((won, i) => ({ days: WITHIN[i] ?? 0, won })),
        })),
        backTest: showTally(TRIED_AHEAD, backTestWins(triangle, TRIED_AHEAD, SHARE, SEED, 26)),
      };
    },
  );
}

function commonest(names: readonly (string | null)[]): string | null {
  const counts = new Map<string | null, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce<[string | null, number]>((best, one) => (one[1] > best[1] ? one : best), [null, 0])[0];
}
