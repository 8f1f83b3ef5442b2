/** The kernel equals explain to the last millionth, next change included; and nothing changes before the next change. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf } from '../src/core/columns.ts';
import { explain, explainCompany, readsCompanyScores } from '../src/core/explain.ts';
import { scoreColumns } from '../src/core/kernel.ts';
import type { KernelResults } from '../src/core/kernel-run.ts';
import { needsOf } from '../src/core/needs.ts';
import { profile } from '../src/core/profile.ts';
import type { Results } from '../src/core/scores.ts';
import type { Contact, Model, Score } from '../src/core/words.ts';
import { type Case, randomCase } from './random.ts';

const settings = { numRuns: Number(process.env.RUNS ?? 150), seed: Number(process.env.SEED ?? 20260701) };

function explained({ model, contacts, stages, asOf }: Case, contact: Contact) {
  const colleagues = contacts.filter((other) => contact.company !== null && other.company?.id === contact.company.id);
  return explain(model, contact, asOf, {
    previous: stages.get(contact.id) ?? null,
    colleagues: contact.company === null ? [contact] : colleagues,
  });
}

type ByScore = Pick<KernelResults, 'scores' | 'grades' | 'bands'>;

/** Points, grade and band of each score with a number, null for none. */
function ofKernel(scores: readonly Score[], results: ByScore, row: number): unknown[] {
  const place = (column: Uint8Array | undefined) => (column?.[row] === 255 ? null : column?.[row]);
  return scores.map(({ kind, name }, i) => {
    const points = results.scores[i]?.[row] ?? Number.NaN;
    return kind === 'grid' || Number.isNaN(points)
      ? [name, null, null, null]
      : [name, points, place(results.grades[i]), place(results.bands[i])];
  });
}

const ofExplain = (results: Results): unknown[] =>
  [...results].map(([name, { points, grade, band }]) => [name, points, grade, band]);

test('random models over random histories: kernel equals explain', () => {
  fc.assert(
    fc.property(randomCase, (random) => {
      const { model, contacts, stages, asOf } = random;
      const columns = columnsOf(
        contacts.map((contact) => profile(contact, asOf)),
        needsOf(model),
      );
      const previous = Int16Array.from(contacts, (contact) =>
        model.stages.findIndex((stage) => stage.id === stages.get(contact.id)),
      );
      const results = scoreColumns(model, columns, asOf, { next: true, reasons: true }, previous);
      contacts.forEach((contact, row) => {
        const plain = explained(random, contact);
        const next = results.next?.[row] ?? Number.NaN;
        expect({
          contact: contact.id,
          reasons: results.reasons?.map((column) => column[row]),
          scores: ofKernel(model.scores, results, row),
          disqualified: model.disqualify[(results.disqualified[row] ?? 0) - 1]?.reason ?? null,
          stage: model.stages[results.stage[row] ?? -1]?.id ?? null,
          next: Number.isNaN(next) ? null : next,
        }).toEqual({
          contact: contact.id,
          reasons: plain.reasons.map((reason) => reason.points),
          scores: ofExplain(plain.scores),
          disqualified: plain.disqualified?.reason ?? null,
          stage: plain.stage,
          next: plain.nextChangeAt,
        });
      });
      columns.companyRows.forEach((company, row) => {
        const members = contacts.filter((contact) => contact.company?.id === company.id);
        expect(ofKernel(model.companyScores, results.companies, row)).toEqual(
          ofExplain(explainCompany(model, company, members, asOf).scores),
        );
      });
    }),
    settings,
  );
});

/** Everything that counts as a change, as one text. */
function state(
  model: Model,
  contact: Contact,
  at: number,
  previous: string | null,
  colleagues: readonly Contact[],
): string {
  const { scores, reasons, disqualified, stage } = explain(model, contact, at, { previous, colleagues });
  return JSON.stringify(
    [...scores]
      .map(([, r]) => [r.points, r.cell, r.grade, r.band])
      .concat([reasons.map((r) => r.points), [disqualified, stage]] as never),
  );
}

test('nothing changes before nextChangeAt, and something does at it', () => {
  fc.assert(
    fc.property(randomCase, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (random, shares) => {
      const { model, contacts, asOf } = random;
      // What comes after the instant is left out, then and later.
      const known = contacts.map((contact) => profile(contact, asOf));
      for (const contact of known) {
        const colleagues =
          contact.company === null ? [contact] : known.filter((other) => other.company?.id === contact.company?.id);
        const { stage, nextChangeAt } = explain(model, contact, asOf, { colleagues });
        const now = state(model, contact, asOf, stage, colleagues);
        const until = nextChangeAt ?? asOf + 400 * 86_400_000;
        const shared = Array.from({ length: 12 }, () => shares.next().value ?? 0);
        const between = [until - 1, ...shared.map((share) => asOf + Math.floor(share * share * (until - asOf - 1)))];
        for (const at of between) if (at > asOf) expect(state(model, contact, at, stage, colleagues)).toBe(now);
        // Colleagues that change for ever are followed so far; what is answered then is early, never late.
        const endless = readsCompanyScores(model) && colleagues.length > 1;
        if (nextChangeAt !== null && !endless)
          expect(state(model, contact, nextChangeAt, stage, colleagues)).not.toBe(now);
      }
    }),
    settings,
  );
});
