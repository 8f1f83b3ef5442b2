/**
 * Contacts put straight into the tables, without ingest, for tests of what comes after it. It decides how rows are
 * written as ingest would; it refuses to know what they are worth.
 */
import type { App } from '../src/app.ts';
import type { TestApp } from './service.ts';
import { NOON } from './service.ts';

export interface Did {
  readonly id: string;
  readonly at: number;
  /** `page_viewed` unless given. */
  readonly name?: string;
}

export interface Move {
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly held: boolean;
}

let names = 0;
let ids = 0;

/** Ways to write and read for one service; each test begins with `fresh`. */
export function putting(service: TestApp) {
  const { db, scoring }: App = service.app;

  const changed = (id: number, since: number) =>
    db.rows('insert into changed (lane, contact_id, since) values ($1::bigint & 63, $1, $2)', [id, since]);

  /** Keeps traits from an instant on, and brings the latest of each to the contact. */
  async function traits(id: number, at: number, facts: object): Promise<void> {
    await db.rows(
      `insert into trait (contact_id, name, at, value) select $1, key, $2, nullif(value, 'null') from jsonb_each($3)
       on conflict (contact_id, name, at) do update set value = excluded.value`,
      [id, at, JSON.stringify(facts)],
    );
    await db.rows(
      `update contact set traits = coalesce((select jsonb_object_agg(name, value) from
         (select distinct on (name) name, value from trait where contact_id = $1 order by name, at desc) latest
         where value is not null), '{}'), company_id = (select c.company_id from company c where c.key =
         (select value #>> '{}' from trait where contact_id = $1 and name = 'company_id' order by at desc limit 1))
       where contact_id = $1`,
      [id],
    );
    await changed(id, at);
  }

  return {
    changed,
    traits,

    async contact(createdAt: number, facts: object = {}): Promise<number> {
      const id = ++ids;
      await db.rows('insert into contact (contact_id, created_at) values ($1, $2)', [id, createdAt]);
      await traits(id, createdAt, facts);
      return id;
    },

    async company(key: string, facts: object = {}): Promise<number> {
      const id = ++ids;
      await db.rows('insert into company (company_id, key, created_at, traits) values ($1, $2, $3, $4)', [
        id,
        key,
        NOON,
        JSON.stringify(facts),
      ]);
      return id;
    },

    async did(id: number, ...events: readonly Did[]): Promise<void> {
      await db.rows(
        `insert into event (contact_id, event_id, name, at, received_at)
         select $1, id, coalesce(name, 'page_viewed'), at, at from json_to_recordset($2) as t (id text, at bigint, name text)`,
        [id, JSON.stringify(events)],
      );
      await changed(id, Math.min(...events.map(({ at }) => at)));
    },

    async voided(id: number, event: Did): Promise<void> {
      await db.rows('update event set voided_at = $3 where contact_id = $1 and event_id = $2', [
        id,
        event.id,
        service.now,
      ]);
      await changed(id, event.at);
    },

    /** Empties the tables of contacts and publishes a model of a new name. @returns its id */
    async fresh(document: string): Promise<number> {
      for (const table of EMPTIED) await db.rows(`delete from ${table}`);
      await db.rows("update model set state = 'retired', served_from = null");
      service.now = NOON;
      names++;
      return (await scoring.publish(named(document), 'test')).id;
    },

    /** The document under the name of the one that is fresh. */
    named,

    /** Works until nothing is left. */
    async settle(): Promise<void> {
      const { live, heavy, companies, fill } = scoring.work;
      for (let done = 1; done > 0; ) done = (await live()) + (await heavy()) + (await companies()) + (await fill());
    },

    async standing(id: number, model: number) {
      const [row] = await db.rows<Standing>(
        `select stage, stage_since, next_change_at, disqualified, parts from standing
         where contact_id = $1 and model_id = $2`,
        [id, model],
      );
      return row;
    },

    async scores(id: number, model: number): Promise<Record<string, number | string | null>> {
      const rows = await db.rows<{ name: string; points: number | null; cell: string | null }>(
        'select name, points, cell from score where contact_id = $1 and model_id = $2',
        [id, model],
      );
      return Object.fromEntries(rows.map(({ name, points, cell }) => [name, cell ?? points]));
    },

    history: (id: number, model: number) =>
      db.rows<{ at: number; scores: Record<string, number>; stage: string | null; disqualified: string | null }>(
        `select at, scores, stage, disqualified from history where contact_id = $1 and model_id = $2 order by at`,
        [id, model],
      ),

    /** Those that happen. */
    moves: (id: number, model: number) =>
      db.rows<Move>(
        `select at, from_stage as "from", to_stage as "to", held from move
         where contact_id = $1 and model_id = $2 and undone_at is null order by at`,
        [id, model],
      ),
  };
}

interface Standing {
  readonly stage: string | null;
  readonly stage_since: number | null;
  readonly next_change_at: number | null;
  readonly disqualified: string | null;
  readonly parts: Record<string, number>;
}

const named = (document: string): string => document.replace('model: house', `model: house-${names}`);

const EMPTIED = [
  ...['contact', 'trait', 'company', 'event', 'standing', 'score', 'history', 'move', 'changed'],
  ...['company_standing', 'company_score', 'company_history', 'changed_company'],
];

/** Points that last a day, points that fall at midnight, a trait, a way out, and a stage with a gap. */
export const house = (visit = 10): string => `
model: house
scores:
  fit:
    range: [0, 50]
    rules:
      - { id: decides, if: { title: { mentions: [ceo] } }, points: 30 }
  interest:
    range: [-20, 60]
    rules:
      - { id: visits, on: page_viewed, within: 1d, pointsEach: ${visit}, max: 40 }
      - { id: reads, on: content_viewed, pointsEach: 8, decay: { linear: 4d } }
      - { id: quiet, silent: any, for: 3d, pointsEach: -10, max: 20 }
  total: { sum: { fit: 1, interest: 1 }, range: [0, 100] }
  cell: { grid: [fit, interest] }
grades:
  fit: { A: 30, B: 0 }
  interest: { A: 20, B: -20 }
bands:
  total: { hot: 50, cold: 0 }
disqualify:
  - { id: rival, if: { email.domain: { is: rival.example } }, reason: Competitor }
stages:
  - { id: mql, enter: { score: { total: { atLeast: 40 } } }, leave: { score: { total: { lessThan: 20 } } } }
  - { id: sql, enter: { score: { total: { atLeast: 60 } } } }
`;
