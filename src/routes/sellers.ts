/** Sales people who are given leads: hours, turns, territories, absences and holidays. */

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import { readText } from '../core/document.ts';
import { ScorelineError } from '../core/errors.ts';
import type { Json } from '../core/ingest.ts';
import { checkConditions } from '../core/model.ts';
import { DAY } from '../core/time.ts';
import { servingModel } from '../store/contacts.ts';
import {
  addAbsence,
  listHolidays,
  listSellers,
  removeAbsence,
  type Seller,
  saveHolidays,
  saveSeller,
} from '../store/sellers.ts';
import { isZone } from '../zones.ts';
import { answers, byId, type Desk, missing, nothing, shortText, typed } from './shapes.ts';

const tags = ['sales people'];
const MINUTES = 24 * 60;

const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'a day is YYYY-MM-DD')
  .transform((text, context) => {
    const at = Date.parse(text);
    if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return at / DAY;
    context.addIssue('there is no such day');
    return z.NEVER;
  });
const dayText = (number: number): string => new Date(number * DAY).toISOString().slice(0, 10);

const hours = z
  .tuple([z.int().min(0).max(MINUTES), z.int().min(0).max(MINUTES)])
  .refine(([from, until]) => from < until, 'hours end after they begin');
const dayHours = z
  .array(hours)
  .max(8)
  .refine(
    (list) => list.every(([from], i) => i === 0 || from >= (list[i - 1]?.[1] ?? 0)),
    'hours are in order and apart',
  );
const week = z
  .array(dayHours)
  .length(7)
  .describe('Seven lists of [from, until] in minutes since midnight, Monday first.');
const territory = z.record(z.string(), z.unknown()).nullable();

const sellerBody = z.object({
  zone: z.string().max(100).refine(isZone, 'no zone has this name; write it as Europe/Bucharest'),
  week,
  holidays: shortText.nullable().default(null).describe('The name of a calendar of holidays.'),
  capacity: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('Most hand-offs at a time; null for no limit.'),
  weight: z.int().min(1).max(1_000).default(1),
  territory: territory
    .default(null)
    .describe('A condition as a stage of the serving model takes them; null takes what is nobody’s territory.'),
  active: z.boolean().default(true),
});
export const sellerShape = z.object({
  email: z.string(),
  zone: z.string(),
  week: z.array(z.array(z.tuple([z.number(), z.number()]))),
  holidays: z.string().nullable(),
  capacity: z.number().nullable(),
  weight: z.number(),
  territory: z.unknown(),
  active: z.boolean(),
  has: z.number().describe('Hand-offs under way.'),
  absences: z.array(z.object({ id: z.string(), first: z.string(), last: z.string() })),
});
const show = ({
  absences,
  credit,
  holidayDays,
  week: hoursOfWeek,
  ...seller
}: Seller): z.input<typeof sellerShape> => ({
  ...seller,
  week: hoursOfWeek.map((list) => list.map(([from, until]) => [from, until] as [number, number])),
  absences: absences.map(({ absenceId, firstDay, lastDay }) => {
    return { id: String(absenceId), first: dayText(firstDay), last: dayText(lastDay) };
  }),
});

/** An address, or `marketing` for the hours of marketing as a whole. */
const byEmail = z.object({ email: shortText.transform((text) => text.toLowerCase()) });
export const holidayShape = z.object({ day: z.string(), name: z.string() });
const managing = { right: 'handoff.manage' } as const;
const reading = { right: 'handoff.read' } as const;

export function sellerRoutes(plain: FastifyInstance, { app }: Desk): void {
  const server = typed(plain);

  server.get(
    '/api/sellers',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Sales people who are given leads, with their hours; `marketing` stands for the hours of marketing',
        response: answers(z.object({ items: z.array(sellerShape) })),
      },
    },
    async () => ({ items: (await listSellers(app.db)).map(show) }),
  );

  server.put(
    '/api/sellers/:email',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Add a sales person, or change one',
        params: byEmail,
        body: sellerBody,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { territory: asked, ...seller } = request.body;
      if (asked !== null) {
        const serving = await servingModel(app.db, null);
        if (serving === null)
          throw new ScorelineError(
            'conflict',
            'territory: no model is published whose fields and scores it could name',
          );
        const { problems } = checkConditions(readText(serving.document).value, { territory: asked });
        if (problems.length > 0) {
          const lines = problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
          throw new ScorelineError('request_invalid', lines.join('; '));
        }
      }
      const saved = { ...seller, territory: asked as Json };
      await saveSeller(app.db, request.params.email, saved, { by: nameOf(callerOf(request)), now: app.clock() });
      return reply.status(204).send(null);
    },
  );

  server.post(
    '/api/sellers/:email/absences',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Say that somebody is away, from one day to another, both included',
        params: byEmail,
        body: z
          .object({ first: day, last: day })
          .refine(({ first, last }) => first <= last && last - first <= 3_660, 'an absence ends after it begins'),
        response: answers(z.object({ id: z.string() })),
      },
    },
    async (request) => {
      const { first, last } = request.body;
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      return { id: String(await addAbsence(app.db, request.params.email, { firstDay: first, lastDay: last }, by)) };
    },
  );

  server.delete(
    '/api/absences/:id',
    { config: managing, schema: { tags, summary: 'Take an absence back', params: byId, response: nothing } },
    async (request, reply) => {
      const gone = await removeAbsence(app.db, request.params.id, { by: nameOf(callerOf(request)), now: app.clock() });
      if (!gone) missing(`absence ${request.params.id}`);
      return reply.status(204).send(null);
    },
  );

  server.get(
    '/api/holidays',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Calendars of holidays',
        response: answers(z.object({ calendars: z.record(z.string(), z.array(holidayShape)) })),
      },
    },
    async () => {
      const byCalendar = Map.groupBy(await listHolidays(app.db), ({ calendar }) => calendar);
      const calendars = [...byCalendar].map(([name, days]) => {
        return [name, days.map((one) => ({ day: dayText(one.day), name: one.name }))] as const;
      });
      return { calendars: Object.fromEntries(calendars) };
    },
  );

  server.put(
    '/api/holidays/:calendar',
    {
      config: managing,
      schema: {
        tags,
        summary: 'Replace the days of a calendar',
        params: z.object({ calendar: shortText }),
        body: z.object({
          days: z
            .array(z.object({ day, name: shortText }))
            .max(5_000)
            .refine((list) => new Set(list.map((one) => one.day)).size === list.length, 'each day stands there once'),
        }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const by = { by: nameOf(callerOf(request)), now: app.clock() };
      await saveHolidays(app.db, request.params.calendar, request.body.days, by);
      return reply.status(204).send(null);
    },
  );
}
