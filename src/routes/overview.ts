/**
 * Figures for those who lead: the funnel, what was reached week by week, a score against what was won, where contacts
 * come from, and who is behind a figure. It decides what is compared with what; each figure is counted in
 * `store/overview.ts`.
 */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { App } from '../app.ts';
import { ScorelineError } from '../core/errors.ts';
import { dueIn, type Goal, goalsAt, type Span, weeksIn } from '../core/goals.ts';
import { DAY } from '../core/time.ts';
import { MILLION } from '../core/words.ts';
import { readContacts, servingModel } from '../store/contacts.ts';
import { listGoals } from '../store/goals.ts';
import { readOutcome } from '../store/outcomes.ts';
import {
  type Behind,
  countBySpans,
  type Ground,
  listBehind,
  type Origins,
  readFunnel,
  readOrigins,
  readSteps,
  type Steps,
  traitNames,
} from '../store/overview.ts';
import { contactShape, showContact } from './contact-shape.ts';
import { ofModel } from './contacts.ts';
import { outlineOf } from './outline.ts';
import { answers, type Desk, instant, list, missing, page, pageOf, shortText, typed, written } from './shapes.ts';

const LONGEST_SPAN = 5 * 366 * DAY;
/** How long a figure that was counted is told again, in milliseconds. */
const KEPT = 60_000;
const MOST_KEPT = 500;
const TENTHS = 10;

const spanned = z.object({ ...ofModel.shape, from: instant, to: instant.describe('Up to, and without.') });
const ofStage = z.object({ stage: shortText.optional().describe('Deals that were won, unless a stage is named.') });

const spanShape = z.object({ from: z.string(), to: z.string() });
const showSpan = ({ from, to }: Span) => ({ from: written(from), to: written(to) });

const stageShape = z.object({
  stage: z.string(),
  now: z.number().describe('Contacts that stand in it at this moment.'),
  reached: z.number().describe('Contacts that came to it, or beyond, from below; each once.'),
  wentOn: z.number().describe('Of these, those that later in the span reached the next stage; after the last, won.'),
  stays: z.object({
    count: z.number().describe('Stays in this very stage that ended in the span.'),
    median: z.number().nullable().describe('Milliseconds.'),
    slow: z.number().nullable().describe('Nine of ten stayed at most so long; milliseconds.'),
  }),
});
const funnelPart = z.object({
  span: spanShape,
  stages: z.array(stageShape),
  won: z.number().nullable(),
  sample: z.number().nullable().describe('Stays that were looked at, where not all were; null where all were.'),
});
export const funnelShape = z.object({
  model: z.string().nullable(),
  outcome: z.array(z.string()).describe('Names of events that say that a deal was won.'),
  present: funnelPart,
  before: funnelPart.describe('The span of the same length right before.'),
});

export const weeksShape = z.object({
  stage: z.string().nullable(),
  weeks: z.array(
    spanShape.extend({
      reached: z.number(),
      due: z.number().nullable().describe('What of the goal falls into these days; null without a goal.'),
    }),
  ),
  total: z.number(),
  before: z.number().describe('In the span of the same length right before.'),
  goal: z.object({ id: z.string(), team: z.string(), period: z.string(), amount: z.number() }).nullable(),
});

export const stepsShape = z.object({
  score: z.string(),
  by: z.enum(['band', 'tenth']),
  steps: z.array(
    z.object({
      name: z.string().nullable().describe('Of the band; null for a tenth of the range.'),
      from: z.number(),
      to: z.number().nullable(),
      contacts: z.number().describe('That were in it at any time in the span.'),
      won: z.number().describe('Contacts that won in the span and were in it right before.'),
    }),
  ),
  unknown: z.number().describe('Contacts that won while no score of them was known.'),
  sample: z.number().nullable().describe('Contacts that were looked at, where not all were; null where all were.'),
});

export const originsShape = z.object({
  origins: z.array(
    z.object({
      origin: z.string().nullable(),
      contacts: z.number().describe('First heard of in the span.'),
      reached: z.number(),
      won: z.number(),
    }),
  ),
  traits: z.array(z.string()).describe('Traits that contacts can be told apart by instead.'),
  sample: z.number().nullable(),
});

export const behindShape = contactShape.extend({ at: z.string().describe('When it came to be counted.') });

/** What figures are counted over; null where no model serves. @throws ScorelineError `not_found` for a named one */
export async function groundOf(app: App, name: string | undefined): Promise<(Ground & { name: string }) | null> {
  const serving = await servingModel(app.db, name ?? null);
  if (serving === null) return name === undefined ? null : missing(`model ${name} that serves`);
  const [versions, model, outcome] = await Promise.all([
    app.scoring.versions(),
    app.scoring.modelOf(serving.modelId),
    readOutcome(app.db),
  ]);
  return {
    name: serving.name,
    modelId: serving.modelId,
    versions: versions.flatMap(({ id, name: of, servedFrom, servedUntil }) =>
      of === serving.name && servedFrom !== null ? [{ id, from: servedFrom, until: servedUntil }] : [],
    ),
    stages: model.stages.map(({ id }) => id),
    outcome,
  };
}

const NO_GROUND: Ground & { name: null } = { name: null, modelId: 0, versions: [], stages: [], outcome: [] };

const before = ({ from, to }: Span): Span => ({ from: 2 * from - to, to: from });

function checked({ from, to }: Span): Span {
  if (from >= to || to - from > LONGEST_SPAN)
    throw new ScorelineError('request_invalid', '`from` must lie before `to`, and at most five years');
  return { from, to };
}

function stageOf({ stages }: Ground, stage: string | undefined): string | null {
  if (stage !== undefined && !stages.includes(stage))
    throw new ScorelineError('request_invalid', `no stage of the model that serves is named \`${stage}\``);
  return stage ?? null;
}

/** The goal of a week's figures: marketing's before that of sales. */
const goalFor = (goals: readonly Goal[], stage: string | null, at: number): Goal | null =>
  goalsAt(goals, at).find((goal) => goal.stage === stage) ?? null;

export function overviewRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);
  const config = { right: 'contact.read' } as const;
  const tags = ['overview'];
  const funnels = memory<z.input<typeof funnelShape>>(app.clock);
  const weekly = memory<{ counts: readonly number[]; earlier: number }>(app.clock);
  const stepped = memory<Steps>(app.clock);
  const origins = memory<Origins>(app.clock);

  const ground = async (model: string | undefined) => (await groundOf(app, model)) ?? NO_GROUND;

  server.get(
    '/api/overview/funnel',
    {
      config,
      schema: {
        tags,
        summary: 'Stages: who reached them, went on, and how long they stayed; and the same for the span before',
        description: 'Moves that were undone or that are held do not count. Figures can be a minute old.',
        querystring: spanned,
        response: answers(funnelShape),
      },
    },
    async ({ query: { model, ...query } }) => {
      const on = await ground(model);
      const span = checked(query);
      const part = async (of: Span) => {
        const { stages, won, sample } = await readFunnel(app.db, on, of);
        return { span: showSpan(of), stages: [...stages], sample, won: on.outcome.length === 0 ? null : won };
      };
      return funnels([on, span], async () => ({
        model: on.name,
        outcome: [...on.outcome],
        present: await part(span),
        before: await part(before(span)),
      }));
    },
  );

  server.get(
    '/api/overview/weeks',
    {
      config,
      schema: {
        tags,
        summary: 'Contacts that reached a stage, or deals that were won, by week, against the goal',
        querystring: spanned.extend(ofStage.shape),
        response: answers(weeksShape),
      },
    },
    async ({ query: { model, stage: named, ...query } }) => {
      const on = await ground(model);
      const span = checked(query);
      const stage = stageOf(on, named);
      const weeks = weeksIn(span);
      const { counts, earlier } = await weekly([on, span, stage], async () => {
        const [then = 0] = await countBySpans(app.db, on, stage, [before(span)]);
        return { counts: await countBySpans(app.db, on, stage, weeks), earlier: then };
      });
      const goals = await listGoals(app.db);
      const goal = goalFor(goals, stage, Math.min(app.clock(), span.to - 1));
      return {
        stage,
        weeks: weeks.map((week, n) => ({
          ...showSpan(week),
          reached: counts[n] ?? 0,
          due: goal && dueIn(goals, goal, week),
        })),
        total: counts.reduce((sum, count) => sum + count, 0),
        before: earlier,
        goal: goal && { id: String(goal.id), team: goal.team, period: goal.period, amount: goal.amount },
      };
    },
  );

  server.get(
    '/api/overview/steps',
    {
      config,
      schema: {
        tags,
        summary: 'A score against deals that were won, as the score was right before',
        description:
          'By the bands of the serving version, or by tenths of the score’s range. With very many contacts, how many were in a step is told from some of them; deals are always counted.',
        querystring: spanned.extend({
          score: shortText.optional().describe('The one that says most, unless named.'),
          by: z.enum(['band', 'tenth']).default('band').describe('Tenths too where the score has no bands.'),
        }),
        response: answers(stepsShape),
      },
    },
    async ({ query: { model, score: named, by, ...query } }) => {
      const on = await ground(model);
      const span = checked(query);
      if (on.name === null) return { score: '', by, steps: [], unknown: 0, sample: null };
      const outline = outlineOf(await app.scoring.modelOf(on.modelId));
      const name = named ?? outline.main;
      const score = outline.scores.find((one) => one.name === name);
      if (score === undefined || score.low === null || score.high === null)
        throw new ScorelineError('request_invalid', `no score with points is named \`${name}\``);
      const { low, high, bands } = score;
      const tenths = Array.from({ length: TENTHS }, (_, n) => {
        return { name: null, from: low + ((high - low) * (TENTHS - 1 - n)) / TENTHS };
      });
      const rungs = by === 'band' && bands.length > 0 ? bands : tenths;
      const points = rungs.map(({ from }) => Math.round(from * MILLION));
      const found = await stepped([on, span, score.name, points], () =>
        readSteps(app.db, on, score.name, points, span),
      );
      return {
        score: score.name,
        by: rungs === tenths ? ('tenth' as const) : ('band' as const),
        steps: found.steps.map((step, n) => ({
          ...step,
          name: rungs[n]?.name ?? null,
          from: rungs[n]?.from ?? low,
          to: n === 0 ? high : (rungs[n - 1]?.from ?? null),
        })),
        unknown: found.unknown,
        sample: found.sample,
      };
    },
  );

  server.get(
    '/api/overview/origins',
    {
      config,
      schema: {
        tags,
        summary: 'Contacts first heard of in a span, by where they came from, and what came of them',
        description: 'By the source of the first event or trait, or by the value of a trait.',
        querystring: spanned.extend({
          stage: shortText.optional().describe('Which stage counts as reached.'),
          trait: shortText.optional(),
        }),
        response: answers(originsShape),
      },
    },
    async ({ query: { model, stage: named, trait = null, ...query } }) => {
      const on = await ground(model);
      const span = checked(query);
      const stage = stageOf(on, named);
      const found = await origins([on, span, stage, trait], () => readOrigins(app.db, on, { stage, trait }, span));
      return { origins: [...found.origins], traits: await traitNames(app.db), sample: found.sample };
    },
  );

  server.get(
    '/api/overview/contacts',
    {
      config,
      schema: {
        tags,
        summary: 'The contacts behind a figure: who reached a stage in a span, or won; the latest first',
        querystring: spanned.extend({ ...ofStage.shape, ...page.shape }),
        response: answers(list(behindShape)),
      },
    },
    async ({ query: { model, stage: named, limit, cursor, ...query } }) => {
      const on = await ground(model);
      const span = checked(query);
      const stage = stageOf(on, named);
      const of = ['behind', on.name, stage, span.from, span.to];
      const place = cursors.read(of, cursor);
      const after: Behind | null = place && { at: Number(place[0]), contactId: Number(place[1]) };
      const rows = await listBehind(app.db, on, stage, span, { after, limit: limit + 1 });
      const serving = await servingModel(app.db, model ?? null);
      const contacts = await readContacts(
        app.db,
        rows.map(({ contactId }) => contactId),
        serving?.modelId ?? null,
      );
      const shown = new Map(contacts.map((contact) => [contact.contactId, showContact(contact, serving)]));
      const { items, next } = pageOf(
        rows,
        limit,
        ({ contactId, at }) => {
          const contact = shown.get(contactId);
          return contact === undefined ? [] : [{ ...contact, at: written(at) }];
        },
        (last) => cursors.write(of, [last.at, last.contactId]),
      );
      return { items: items.flat(), next };
    },
  );
}

/** Tells again what was counted lately; what is being counted is waited for and not counted twice. */
function memory<Told>(clock: () => number) {
  const known = new Map<string, { readonly at: number; readonly told: Promise<Told> }>();
  return (of: readonly unknown[], count: () => Promise<Told>): Promise<Told> => {
    const key = JSON.stringify(of);
    const found = known.get(key);
    if (found !== undefined && clock() - found.at < KEPT) return found.told;
    if (known.size >= MOST_KEPT) known.clear();
    const told = count();
    known.set(key, { at: clock(), told });
    told.catch(() => known.delete(key));
    return told;
  };
}
