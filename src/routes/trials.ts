/** Trials: a draft over the whole base, and the contacts behind its numbers. */

import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { callerOf, nameOf } from '../access.ts';
import type { Behind, Standing } from '../core/behind.ts';
import type { Success } from '../core/foresight.ts';
import type { RuleShift, ScoreShift, Shift } from '../core/trial.ts';
import { MILLION } from '../core/words.ts';
import { readContacts, servingModel } from '../store/contacts.ts';
import type { BaseState, Outcome, OutcomeAnswer, Tried } from '../trials.ts';
import { check } from './check.ts';
import { inPoints, showContact } from './contact-shape.ts';
import { answers, type Desk, typed, written, writtenOrNull } from './shapes.ts';
import {
  type BehindBody,
  baseShape,
  behindBody,
  behindShape,
  type TrialBody,
  trialBody,
  trialShape,
  type triedShape,
} from './trial-shapes.ts';

const tags = ['models'];
const reading = { right: 'model.read' } as const;

export function trialRoutes(plain: FastifyInstance, { app, cursors }: Desk): void {
  const server = typed(plain);

  server.post(
    '/api/trials',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Score everybody by a draft, and say what would be different',
        body: trialBody,
        response: answers(trialShape),
      },
    },
    async (request) => {
      const { outcome } = request.body;
      const { draft, problems } = draftOf(request.body);
      if (draft === null) return { ok: false as const, problems };
      const { model } = draft;
      const tried = await app.trials.try(draft, outcomeOf(outcome), nameOf(callerOf(request)));
      return { ok: true as const, model: model.name, ...showTried(tried) };
    },
  );

  server.post(
    '/api/trials/contacts',
    {
      config: { right: 'contact.read' },
      schema: {
        tags,
        summary: 'The contacts behind a number of a trial, by their id',
        body: behindBody,
        response: answers(behindShape),
      },
    },
    async (request) => {
      const { limit, cursor } = request.body;
      const { draft, problems } = draftOf(request.body);
      if (draft === null) return { ok: false as const, problems };
      const { model, against } = draft;
      const asked = behindOf(request.body.of);
      const of = ['trial', against, model.name, asked];
      const [after = null] = cursors.read(of, cursor) ?? [];
      const page = { after: after === null ? null : Number(after), limit: limit + 1 };
      const { asOf, count, rows } = await app.trials.behind(draft, asked, page, nameOf(callerOf(request)));
      const shown = rows.slice(0, limit);
      const serving = await servingModel(app.db, against ?? model.name);
      const contacts = new Map(
        (
          await readContacts(
            app.db,
            shown.map(({ contact }) => contact),
            serving?.modelId ?? null,
          )
        ).map((contact) => [contact.contactId, contact]),
      );
      const last = shown.at(-1);
      return {
        ok: true as const,
        asOf: written(asOf),
        count,
        // Who was erased or merged since is no longer there.
        items: shown.flatMap(({ contact: id, before, after: is, points }) => {
          const contact = contacts.get(id);
          if (contact === undefined) return [];
          return {
            contact: showContact(contact, serving),
            before: before && showStanding(before),
            after: showStanding(is),
            points: points && showShift(points),
          };
        }),
        next: rows.length > limit && last !== undefined ? cursors.write(of, [last.contact]) : null,
      };
    },
  );

  server.get(
    '/api/trials/base',
    {
      config: reading,
      schema: { tags, summary: 'The base on which drafts are tried', response: answers(baseShape) },
    },
    async () => showBase(app.trials.base()),
  );

  server.post(
    '/api/trials/base',
    {
      config: reading,
      schema: { tags, summary: 'Load the base anew, as everything is now', response: answers(baseShape) },
    },
    async () => showBase(await app.trials.refresh()),
  );
}

const showBase = ({ asOf, ...state }: BaseState) => ({ ...state, asOf: writtenOrNull(asOf) });

const millionths = (points: number): number => Math.round(points * MILLION);
const pointsOrNull = (value: number | null): number | null => (value === null ? null : inPoints(value));

function outcomeOf(outcome: TrialBody['outcome']): Outcome | null {
  if (outcome === undefined) return null;
  const { days, stage = null, atLeast } = outcome;
  const success = successOf(outcome);
  if (atLeast === undefined) return { success, days, selection: { kind: 'stage', stage } };
  const { score, points } = atLeast;
  return { success, days, selection: { kind: 'points', score, atLeast: millionths(points) } };
}

function successOf({ event = '', reached, answer }: NonNullable<TrialBody['outcome']>): Success {
  if (reached !== undefined) return { kind: 'stage', name: reached };
  return answer === undefined ? { kind: 'event', name: event } : { kind: 'answer', name: answer };
}

/** What is tried and what it is measured against, or what is wrong with either document. */
function draftOf({ document, against, beside }: Pick<TrialBody, 'document' | 'against' | 'beside'>) {
  const { model, problems } = check(document);
  if (model === null) return { draft: null, problems };
  const draft = { document, model, against: against ?? null };
  if (beside === undefined) return { draft: { ...draft, beside: null }, problems };
  const other = check(beside);
  if (other.model === null) return { draft: null, problems: other.problems };
  return { draft: { ...draft, beside: { document: beside, model: other.model } }, problems };
}

function behindOf(of: BehindBody['of']): Behind {
  if (of.kind !== 'bin') return of;
  const { from, to } = of;
  return { ...of, from: from === null ? null : millionths(from), to: to === null ? null : millionths(to) };
}

type Shown = z.input<typeof triedShape>;

function showTried({ asOf, contacts, before, comparison, outcome }: Tried): Omit<Shown, 'ok' | 'model'> {
  const { scores, stages, moves, handoffs, rules } = comparison;
  return {
    asOf: written(asOf),
    contacts,
    before: before && { ...before, id: before.id === null ? null : String(before.id) },
    scores: scores.map(showScore),
    stages: [...stages],
    moves: [...moves],
    handoffs: [...handoffs],
    rules: rules.map(showRule),
    outcome: outcome && showOutcome(outcome),
  };
}

const showShift = ({ before, after }: Shift): Shift => ({ before: pointsOrNull(before), after: pointsOrNull(after) });

const showScore = ({ bins, mean, rungs, ...score }: ScoreShift): Shown['scores'][number] => ({
  ...score,
  bins: bins.map(({ from, to, ...bin }) => ({ ...bin, from: pointsOrNull(from), to: pointsOrNull(to) })),
  mean: showShift(mean),
  rungs: rungs.map(({ above, ...rung }) => ({ ...rung, above: { before: above.before, after: above.after ?? 0 } })),
});

function showRule({ id, score, state, differs, before, ...given }: RuleShift): Shown['rules'][number] {
  const show = ({ contacts, total }: { contacts: number; total: number }) => ({
    contacts,
    total: inPoints(total),
    mean: contacts === 0 ? null : inPoints(total / contacts),
  });
  return { id, score, state, differs, ...show(given), before: before && show(before) };
}

const showOutcome = ({ at, before, ...outcome }: OutcomeAnswer): Shown['outcome'] => ({
  ...outcome,
  at: written(at),
  before: before && { ...before },
});

const showStanding = ({ scores, ...place }: Standing) => ({
  ...place,
  scores: Object.fromEntries(
    Object.entries(scores).map(([name, value]) => [name, typeof value === 'number' ? inPoints(value) : value]),
  ),
});
