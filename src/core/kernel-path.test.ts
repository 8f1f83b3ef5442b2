/** The kernel's paths equal those of the plain form, however they are cut into pieces. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomCase } from '../../test/random.ts';
import { explainCompany } from './explain.ts';
import { type Walked, walk } from './kernel-path.ts';
import { type Lives, newEventColumns } from './lives.ts';
import { parseModel } from './model.ts';
import { type Needs, needsOf } from './needs.ts';
import { type CompanyPast, type Life, type Path, pathOf, type Start } from './path.ts';
import { profile } from './profile.ts';
import type { Contact, Model } from './words.ts';

const settings = { numRuns: Number(process.env.RUNS ?? 60), seed: Number(process.env.SEED ?? 20261122) };
const HOUR = 3_600_000;

function livesOf(lives: readonly Life[], needs: Needs): Lives {
  const events = newEventColumns(needs.event);
  for (const { eras, events: list } of lives) {
    const who = eras[0]?.who;
    if (who === undefined) throw new Error('a life without an era');
    for (const { at, name, properties } of profile({ ...who, events: list }, Infinity).events) {
      events.add(
        at,
        name,
        [...needs.event.keys()].map((field) => properties.get(field)),
      );
    }
    events.endContact();
  }
  return { eras: lives.map(({ eras }) => eras), events: events.finish() };
}

/** Walks with so few looks that a walk stays open again and again, and goes on from there. */
function walkInPieces(
  model: Model,
  lives: readonly Life[],
  past: CompanyPast,
  starts: readonly Start[],
  until: number,
) {
  return lives.map((life, i): Path => {
    const one = livesOf([life], needsOf(model));
    const states: Walked['states'][number][] = [];
    let start = starts[i];
    for (;;) {
      if (start === undefined) throw new Error('no start');
      const [walked] = walk(model, one, past, [start], until, 2 * life.events.length);
      if (walked == null) throw new Error('no walk');
      states.push(...walked.states);
      if (walked.open === null) return { states, last: walked.last };
      start = { at: walked.open, previous: walked.last.stage, before: walked.last };
    }
  });
}

/** Groups are for explanations alone. */
const bare = ({ states, last }: Path) =>
  JSON.parse(
    JSON.stringify([...states, last], (key, value) =>
      value instanceof Map
        ? [...value].map(([name, result]) => [name, { ...result, groups: [] }])
        : key === ''
          ? value
          : value,
    ),
  );

/** A contact whose traits were those of another until an instant. */
const changing = (contact: Contact, other: Contact, at: number): Life => ({
  eras: [
    { from: -Infinity, who: other },
    { from: at, who: contact },
  ],
  events: contact.events,
});

test('random models, lives and beginnings: the kernel walks as the plain form does, in one go or in pieces', () => {
  const spans = fc.constantFrom(0, 2 * HOUR, 2 * HOUR, 26 * HOUR);
  fc.assert(
    fc.property(
      randomCase,
      spans,
      fc.integer({ min: -30, max: 60 }),
      ({ model, contacts, stages, asOf }, span, shift) => {
        const some = contacts.slice(0, 5);
        const lives = some.map((contact, i): Life => {
          const other = some[i + 1];
          return i % 2 === 0 && other !== undefined
            ? changing(contact, other, asOf - shift * 60_000)
            : { eras: [{ from: -Infinity, who: contact }], events: contact.events };
        });
        const past: CompanyPast = new Map(
          some.flatMap(({ company }) => {
            if (company === null) return [];
            const members = some.filter((member) => member.company?.id === company.id);
            const at = (instant: number) => ({
              from: instant,
              scores: explainCompany(model, company, members, instant).scores,
            });
            return [[company.id, [at(asOf - 3 * HOUR), at(asOf - HOUR / 2)]] as const];
          }),
        );
        const starts = some.map((contact): Start => {
          return { at: asOf - span, previous: stages.get(contact.id) ?? null, before: null };
        });
        const plain = lives.map((life, i) => {
          const start = starts[i];
          if (start === undefined) throw new Error('no start');
          return bare(pathOf(model, life, past, start, asOf));
        });
        const quick = walk(model, livesOf(lives, needsOf(model)), past, [...starts, null], asOf, Infinity);
        expect(quick.pop()).toBe(null);
        expect(quick.map((walked) => walked?.open)).toEqual(some.map(() => null));
        expect(quick.map((walked) => walked && bare(walked))).toEqual(plain);
        expect(walkInPieces(model, lives, past, starts, asOf).map(bare)).toEqual(plain);
      },
    ),
    settings,
  );
});

const small = parseModel(`
model: small
scores:
  interest:
    range: [0, 100]
    rules:
      - { id: visits, on: page_viewed, within: 1d, pointsEach: 10 }
      - { id: asked, on: form_submitted, points: 50 }
stages:
  - { id: warm, enter: { score: { interest: { atLeast: 20 } } }, leave: { score: { interest: { lessThan: 10 } } } }
`);

const DAY = 24 * HOUR;
const who = {
  id: 'ana',
  email: null,
  createdAt: null,
  companyId: null,
  traits: new Map(),
  hasTraits: false,
  company: null,
};
const visit = (id: string, at: number, ignored = false) => ({
  id,
  name: 'page_viewed',
  at,
  properties: new Map(),
  ignored,
});

test('a path has a state where something changes, by what happened or by time alone, and none where nothing does', () => {
  const life: Life = {
    eras: [{ from: -Infinity, who }],
    events: [visit('1', DAY), visit('2', DAY + HOUR), visit('3', DAY + 2 * HOUR, true), visit('4', 5 * DAY)],
  };
  const path = pathOf(small, life, new Map(), { at: 0, previous: null, before: null }, 4 * DAY);
  expect(path.states.map(({ at, told, stage }) => [at, told.interest, stage])).toEqual([
    [DAY, 10_000_000, null],
    [DAY + HOUR, 20_000_000, 'warm'],
    [2 * DAY, 10_000_000, 'warm'],
    [2 * DAY + HOUR, 0, null],
  ]);
  expect(path.last).toMatchObject({ at: 2 * DAY + HOUR, parts: {}, nextChangeAt: 5 * DAY });
});
