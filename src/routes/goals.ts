/**
 * Goals of teams, what was reached of each in the period that runs, and which events say that a deal was won. It decides
 * who may change them; how they are counted is the store's.
 */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { ScorelineError } from '../core/errors.ts';
import { begun, landingOf } from '../core/forecast.ts';
import { type Goal, goalsAt, paceAt, periodOf, type Span } from '../core/goals.ts';
import { LONGEST_NAME } from '../core/ingest.ts';
import { DAY } from '../core/time.ts';
import { listGoals, removeGoal, saveGoal } from '../store/goals.ts';
import { eventNames, readOutcome, writeOutcome } from '../store/outcomes.ts';
import { countBySpans, type Ground } from '../store/overview.ts';
import { ofModel } from './contacts.ts';
import { intervalShape } from './forecast.ts';
import { groundOf } from './overview.ts';
import { answers, byId, type Desk, instant, list, missing, nothing, shortText, typed, written } from './shapes.ts';

const MOST_GOALS = 200;
const MOST_NAMES = 200;
const WEEK = 7 * DAY;
/** Weeks that a forecast is made from. */
const KNOWN_WEEKS = 52;
/** The share of futures inside of an interval; the same question has the same answer. */
const FUTURES = { share: 0.8, seed: 1 } as const;

const wanted = z
  .strictObject({
    team: z.enum(['marketing', 'sales']),
    stage: shortText
      .nullable()
      .describe(
        'Contacts that reach this stage are counted, each once in a period; null: events that say a deal was won.',
      ),
    period: z.enum(['month', 'quarter']).describe('Calendar months or quarters, UTC.'),
    amount: z.number().int().min(1).max(1_000_000).describe('At least so many in each period.'),
    most: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe('At most so many: for a range, such as 1 to 2 customers a month.'),
    from: instant.describe('It holds from the period that this instant lies in.'),
  })
  .refine(({ amount, most }) => most === null || most >= amount, { path: ['most'], message: 'is less than `amount`' });

export const goalShape = z.object({
  id: z.string(),
  team: z.enum(['marketing', 'sales']),
  stage: z.string().nullable(),
  period: z.enum(['month', 'quarter']),
  amount: z.number(),
  most: z.number().nullable(),
  from: z.string(),
  current: z
    .object({
      from: z.string(),
      to: z.string(),
      reached: z.number().nullable(),
      due: z.number().describe('How much should be reached by now, by the share of the period that is over.'),
      end: intervalShape
        .extend({ chance: z.number().describe('Of reaching the amount.') })
        .nullable()
        .describe('What the period comes to, in 80 of 100 cases; null where fewer than eight weeks are known.'),
    })
    .nullable()
    .describe(
      'The period that runs; `reached` is null where nothing can be counted. Null for a goal that is not in force.',
    ),
});

export const outcomeShape = z.object({
  events: z.array(z.string()).describe('Each event of these names says that its contact won a deal.'),
  known: z.array(z.string()).describe('Names of events that came in.'),
});

export function goalRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);
  const tags = ['goals'];

  async function show(goals: readonly Goal[], all: readonly Goal[], model?: string) {
    const now = app.clock();
    const ground = await groundOf(app, model);
    const inForce = new Set(goalsAt(all, now).map(({ id }) => id));
    const weeks = Array.from({ length: KNOWN_WEEKS }, (_, i): Span => {
      const to = now - (KNOWN_WEEKS - 1 - i) * WEEK;
      return { from: to - WEEK, to };
    });
    const counted = new Map<string | null, Promise<readonly number[]>>();
    /** What came in each week; goals for the same thing share it. */
    const countOf = (of: Ground, stage: string | null): Promise<readonly number[]> => {
      const found = counted.get(stage) ?? countBySpans(app.db, of, stage, weeks).then(begun);
      counted.set(stage, found);
      return found;
    };
    async function currentOf(goal: Goal): Promise<z.input<typeof goalShape>['current']> {
      const { from, to } = periodOf(goal.period, now);
      const due = paceAt(all, goal, now);
      const countable =
        ground !== null && (goal.stage === null ? ground.outcome.length > 0 : ground.stages.includes(goal.stage));
      const span = { from: written(from), to: written(to), due };
      if (!countable) return { ...span, reached: null, end: null };
      const [reached = 0] = await countBySpans(app.db, ground, goal.stage, [{ from, to }]);
      const counts = await countOf(ground, goal.stage);
      const landing = landingOf(counts, { reached, weeksLeft: (to - now) / WEEK, ...FUTURES });
      if (landing === null) return { ...span, reached, end: null };
      const { chanceOf, ...end } = landing;
      return { ...span, reached, end: { ...end, chance: chanceOf(goal.amount) } };
    }
    return Promise.all(
      goals.map(
        async (goal): Promise<z.input<typeof goalShape>> => ({
          ...goal,
          id: String(goal.id),
          from: written(goal.from),
          current: inForce.has(goal.id) ? await currentOf(goal) : null,
        }),
      ),
    );
  }

  async function save(id: number | null, body: z.output<typeof wanted>, by: string) {
    const ground = await groundOf(app, undefined);
    if (body.stage !== null && !ground?.stages.includes(body.stage))
      throw new ScorelineError('request_invalid', `no stage of the model that serves is named \`${body.stage}\``);
    const goals = await listGoals(app.db);
    if (id === null && goals.length >= MOST_GOALS)
      throw new ScorelineError('conflict', `there are ${MOST_GOALS} goals already: remove some that are past`);
    const goal = { ...body, from: periodOf(body.period, body.from).from };
    const kept = (await saveGoal(app.db, id, goal, { by, now: app.clock() })) ?? missing(`goal ${id}`);
    const [shown] = await show([kept], await listGoals(app.db));
    return shown ?? missing(`goal ${kept.id}`);
  }

  server.get(
    '/api/goals',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'All goals, with what was reached in the period that runs',
        description: 'A later goal of the same team, count and period takes over from an earlier one.',
        querystring: ofModel,
        response: answers(list(goalShape)),
      },
    },
    async ({ query }) => {
      const goals = await listGoals(app.db);
      return { items: await show(goals, goals, query.model), next: null };
    },
  );

  server.post(
    '/api/goals',
    {
      config: { right: 'goal.write' },
      schema: { tags, summary: 'A new goal', body: wanted, response: answers(goalShape) },
    },
    (request) => save(null, request.body, nameOf(callerOf(request))),
  );

  server.put(
    '/api/goals/:id',
    {
      config: { right: 'goal.write' },
      schema: { tags, summary: 'Change a goal', params: byId, body: wanted, response: answers(goalShape) },
    },
    (request) => save(request.params.id, request.body, nameOf(callerOf(request))),
  );

  server.delete(
    '/api/goals/:id',
    {
      config: { right: 'goal.write' },
      schema: { tags, summary: 'Remove a goal', params: byId, response: nothing },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      if (!(await removeGoal(app.db, request.params.id, by))) missing(`goal ${request.params.id}`);
      return reply.status(204).send(null);
    },
  );

  const showOutcome = async () => ({
    events: [...(await readOutcome(app.db))],
    known: await eventNames(app.db, MOST_NAMES),
  });

  server.get(
    '/api/outcome',
    {
      config: { right: 'contact.read' },
      schema: { tags, summary: 'Which events say that a deal was won', response: answers(outcomeShape) },
    },
    showOutcome,
  );

  server.put(
    '/api/outcome',
    {
      config: { right: 'model.write' },
      schema: {
        tags,
        summary: 'Name the events that say that a deal was won',
        description: 'It holds for all of the past too.',
        body: z.strictObject({ events: z.array(z.string().trim().min(1).max(LONGEST_NAME)).max(20) }),
        response: answers(outcomeShape),
      },
    },
    async (request) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      await writeOutcome(app.db, [...new Set(request.body.events)], by);
      return showOutcome();
    },
  );
}
