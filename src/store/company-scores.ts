/**
 * What companies score: which have to be scored anew, their contacts' scores as stored, and what was true when. It
 * decides that a company is one worker's at a time; it refuses to know how scores are rolled up.
 */

import { type Facts, factValue } from '../core/ingest.ts';
import { type CompanyPast, fromTold, type Outcome, toldOf } from '../core/path.ts';
import type { Results } from '../core/scores.ts';
import type { Model, Value } from '../core/words.ts';
import { bigints, integers } from './columns.ts';
import type { Db } from './db.ts';
import { type Cells, cellsOf } from './standings.ts';

const COMPANY_LOCK = 7_360_012;

/** Notes companies of which a contact has other scores than before. */
export async function noteCompanies(tx: Db, model: number, companies: readonly number[], since: number): Promise<void> {
  if (companies.length === 0) return;
  await tx.rows(
    `insert into changed_company (company_id, model_id, since)
     select company_id, $2, $3 from unnest($1::bigint[]) as t (company_id)`,
    [bigints([...new Set(companies)].sort((a, b) => a - b)), model, since],
  );
}

/** Takes companies that have to be scored anew, or whose time has come, and that nobody else has, each once for a version. */
export async function claimCompanies(
  tx: Db,
  models: readonly number[],
  now: number,
  most: number,
): Promise<{ company: number; model: number }[]> {
  const rows = await tx.rows<{ company: number; model: number }>(
    `with due as materialized (
       select company_id, model_id from company_standing where next_change_at <= $2 and model_id = any($3::integer[])
       order by next_change_at limit $1),
     waiting as materialized (
       select company_id from (select company_id from changed_company order by changed_id limit $1) as first
       union select company_id from due),
     had as materialized (
       select company_id from waiting where pg_try_advisory_xact_lock(${COMPANY_LOCK}, (company_id & 63)::integer)),
     noted as (
       delete from changed_company c using had where c.company_id = had.company_id returning c.company_id, c.model_id)
     select company_id as company, model_id as model from noted
     union select company_id, model_id from due join had using (company_id)`,
    [most, now, integers(models)],
  );
  return [...new Map(rows.map((row) => [`${row.company} ${row.model}`, row])).values()];
}

/** A contact of a company with its scores, as they are stored. */
export interface StoredMember {
  readonly id: number;
  readonly company: number;
  readonly scores: Results;
}

/** The contacts of companies that have a score and are not disqualified. */
export async function readMembers(
  tx: Db,
  { id, model }: { readonly id: number; readonly model: Model },
  companies: readonly number[],
): Promise<StoredMember[]> {
  const rows = await tx.rows<{ id: number; company: number; told: Outcome['told'] }>(
    `select c.contact_id as id, c.company_id as company, json_object_agg(x.name, coalesce(to_json(x.cell), to_json(x.points))) as told
     from contact c join standing s using (contact_id) join score x using (contact_id, model_id)
     where c.company_id = any($1::bigint[]) and s.model_id = $2 and s.disqualified is null
     group by c.contact_id, c.company_id having bool_or(x.points is not null) order by c.contact_id`,
    [bigints(companies), id],
  );
  return rows.map(({ told, ...row }) => ({ ...row, scores: fromTold(model.scores, told) }));
}

/** The present traits of companies. */
export async function readCompanyTraits(
  tx: Db,
  companies: readonly number[],
): Promise<Map<number, Map<string, Value>>> {
  const rows = await tx.rows<{ id: number; traits: Facts }>(
    'select company_id as id, traits from company where company_id = any($1::bigint[])',
    [bigints(companies)],
  );
  return new Map(
    rows.map(({ id, traits }) => [
      id,
      new Map(
        Object.entries(traits).flatMap(([name, fact]) => {
          const value = factValue(fact);
          return value === undefined ? [] : [[name, value] as const];
        }),
      ),
    ]),
  );
}

/** What companies scored under a version: what was true at an instant, and what came after it. */
export async function readCompanyPast(
  db: Db,
  { id, model }: { readonly id: number; readonly model: Model },
  companies: readonly number[],
  since: number,
): Promise<CompanyPast> {
  if (companies.length === 0) return new Map();
  const rows = await db.rows<{ company: number; at: number; scores: Outcome['told'] }>(
    `select company_id as company, at, scores from company_history h
     where company_id = any($1::bigint[]) and model_id = $2 and at >= coalesce((select max(b.at) from company_history b
       where b.company_id = h.company_id and b.model_id = $2 and b.at <= $3), $3) order by company_id, at`,
    [bigints([...new Set(companies)]), id, since],
  );
  const past = new Map<string, { from: number; scores: Results }[]>();
  for (const { company, at, scores } of rows) {
    const eras = past.get(String(company)) ?? [];
    past.set(String(company), [...eras, { from: at, scores: fromTold(model.companyScores, scores) }]);
  }
  return past;
}

export interface CompanyWritten {
  readonly company: number;
  readonly scores: Results;
  readonly parts: Readonly<Record<string, number>>;
  /** Nothing changes by itself before it, as long as its contacts keep their scores. */
  readonly nextChangeAt: number | null;
}

/**
 * Writes the scores of companies as of an instant.
 * @param move whether contacts' stages ask for them: then the contacts of those that differ are looked at anew
 */
export async function writeCompanies(
  tx: Db,
  { id, model }: { readonly id: number; readonly model: Model },
  written: readonly CompanyWritten[],
  now: number,
  move: boolean,
): Promise<void> {
  if (written.length === 0) return;
  await tx.rows(
    `insert into company_standing (company_id, model_id, as_of, parts, next_change_at)
     select company, $2, $3, parts, "nextChangeAt" from json_to_recordset($1::json)
       as t (company bigint, parts jsonb, "nextChangeAt" bigint)
     on conflict (company_id, model_id) do update set as_of = excluded.as_of, parts = excluded.parts,
       next_change_at = excluded.next_change_at`,
    [JSON.stringify(written.map(({ scores, ...one }) => one)), id, now],
  );
  const cells = written.flatMap(({ company, scores }) =>
    cellsOf(model.companyScores, scores).map((cell): Cells & { company: number } => ({ company, ...cell })),
  );
  const changed = await tx.rows<{ company: number }>(
    `insert into company_score (company_id, model_id, name, points, grade, band, cell)
     select company, $2, name, points, grade, band, cell from json_to_recordset($1::json)
       as t (company bigint, name text, points bigint, grade text, band text, cell text)
     on conflict (company_id, model_id, name) do update set points = excluded.points, grade = excluded.grade,
       band = excluded.band, cell = excluded.cell
     where (company_score.points, company_score.cell) is distinct from (excluded.points, excluded.cell)
     returning company_id as company`,
    [JSON.stringify(cells), id],
  );
  const others = new Set(changed.map(({ company }) => company));
  const history = written.filter(({ company }) => others.has(company));
  if (history.length === 0) return;
  await tx.rows(
    `insert into company_history (company_id, model_id, at, scores)
     select company, $2, $3, scores from json_to_recordset($1::json) as t (company bigint, scores jsonb)
     on conflict (company_id, model_id, at) do update set scores = excluded.scores`,
    [JSON.stringify(history.map(({ company, scores }) => ({ company, scores: toldOf(scores) }))), id, now],
  );
  if (!move) return;
  await tx.rows(
    `insert into changed (lane, contact_id, since) select contact_id & 63, contact_id, $2 from contact
     where company_id = any($1::bigint[])`,
    [bigints([...others]), now],
  );
}
