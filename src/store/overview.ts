/**
 * Figures over a whole base, counted from moves, history and events. It decides what each figure counts:
 *
 * - A contact *reaches* a stage with a move from below it (or from no stage) to it or beyond. Moves that were undone, or
 *   that a new version caused and nobody released, do not count. In one span a contact counts once, at the first time.
 * - A contact *wins* with an event that was named as an outcome, is not void and not a machine's.
 *
 * Figures that would have to look at every contact are counted on some of them where there are very many: whole lanes,
 * so that each contact is in or out for good. It refuses to know goals, and how a figure is shown.
 */

import type { Span } from '../core/goals.ts';
import { bigints, integers, texts } from './columns.ts';
import type { Db } from './db.ts';

/** Whose moves are counted: all versions of one model, read with the stages of the serving one. */
export interface Ground {
  /** The serving version. */
  readonly modelId: number;
  /** All that serve or served, with when; milliseconds UTC. */
  readonly versions: readonly { readonly id: number; readonly from: number; readonly until: number | null }[];
  readonly stages: readonly string[];
  /** Names of events that are outcomes. */
  readonly outcome: readonly string[];
}

const LANES = 64;
/**
 * Rows up to which every one is looked at; of more, about half as many are. From 10,000 contacts a share is told to one
 * part in a hundred, in a second; all of 100,000 take four times as long.
 */
const LOOKED_AT = 20_000;

/** Of how many of the 64 lanes the contacts are looked at, for so many rows. */
const lanesFor = (rows: number, most: number): number =>
  rows <= most ? LANES : Math.max(1, Math.ceil((LANES * most) / 2 / rows));

/** How many there are in all, told from those in some lanes. */
const whole = (counted: number, lanes: number): number => Math.round((counted * LANES) / lanes);

const ids = ({ versions }: Ground): string => integers(versions.map(({ id }) => id));

/** Moves in a span: $1 models, $2 and $3 the span, $4 stages; `f` and `t` are places of stages from 1 on, 0 for none. */
const MOVED = `select contact_id, at, coalesce(array_position($4::text[], from_stage), 0) as f,
    coalesce(array_position($4::text[], to_stage), 0) as t
  from move where model_id = any($1::integer[]) and at >= $2 and at < $3 and undone_at is null and not held`;

/** Outcomes in a span: %1 names, %2 and %3 the span. */
const wonSql = (names: string, from: string, to: string): string =>
  `select contact_id, at from event where name = any(${names}::text[]) and at >= ${from} and at < ${to}
     and voided_at is null and machine is null`;

/** What came of one stage in a span. */
interface StageFigures {
  readonly stage: string;
  /** Contacts that stand in it at this moment, whatever the span. */
  readonly now: number;
  readonly reached: number;
  /** Of these, how many later reached the next stage in the span; after the last stage, how many won. */
  readonly wentOn: number;
  /** Stays in this very stage that ended in the span, and how long they were; milliseconds. */
  readonly stays: { readonly count: number; readonly median: number | null; readonly slow: number | null };
}

export interface FunnelFigures {
  readonly stages: readonly StageFigures[];
  readonly won: number;
  /** Stays that were looked at, where not all were: then `stays` are told from them. */
  readonly sample: number | null;
}

/**
 * The stages in order, and how many contacts won.
 * @param most rows up to which every one is looked at
 */
export async function readFunnel(db: Db, ground: Ground, span: Span, most = LOOKED_AT): Promise<FunnelFigures> {
  const { modelId, stages, outcome } = ground;
  const values = [ids(ground), span.from, span.to, texts(stages)];
  const [standing, reached, stays, [won]] = await Promise.all([
    db.rows<{ stage: string; now: number }>(
      'select stage, count(*)::integer as now from standing where model_id = $1 and stage is not null group by stage',
      [modelId],
    ),
    readReached(db, values, stages.length, texts(outcome)),
    readStays(db, values, most),
    db.rows<{ won: number }>(`select count(distinct contact_id)::integer as won from (${wonSql('$1', '$2', '$3')}) w`, [
      texts(outcome),
      span.from,
      span.to,
    ]),
  ]);
  return {
    stages: stages.map((stage, n) => {
      const stay = stays.of.find(({ place }) => place === n + 1);
      return {
        stage,
        now: standing.find((one) => one.stage === stage)?.now ?? 0,
        reached: reached[n]?.reached ?? 0,
        wentOn: reached[n]?.wentOn ?? 0,
        stays: { count: stay?.count ?? 0, median: stay?.times[0] ?? null, slow: stay?.times[1] ?? null },
      };
    }),
    won: won?.won ?? 0,
    sample: stays.sample,
  };
}

/** Of each stage in order: who reached it, and who went on. A row a contact: over 250,000 moves a third of the time of a row a stage. */
async function readReached(db: Db, values: readonly unknown[], stages: number, outcome: string) {
  if (stages === 0) return [];
  const places = Array.from({ length: stages }, (_, n) => n + 1);
  const reaches = (place: number): string => `filter (where f < ${place} and t >= ${place})`;
  const next = (place: number): string => (place < stages ? `z${place + 1}` : 'w.last');
  const [row] = await db.rows<Readonly<Record<string, number>>>(
    `select ${places.map((p) => `count(a${p})::integer as r${p}, count(*) filter (where ${next(p)} >= a${p})::integer as w${p}`).join(', ')}
     from (select contact_id, ${places.map((p) => `min(at) ${reaches(p)} as a${p}, max(at) ${reaches(p)} as z${p}`).join(', ')}
         from (${MOVED} and to_stage is not null) m group by contact_id) r
       left join (select contact_id, max(at) as last from (${wonSql('$5', '$2', '$3')}) w group by contact_id) w
         on w.contact_id = r.contact_id`,
    [...values, outcome],
  );
  return places.map((p) => ({ reached: row?.[`r${p}`] ?? 0, wentOn: row?.[`w${p}`] ?? 0 }));
}

interface StaysOf {
  readonly place: number;
  readonly count: number;
  /** The median, and what nine of ten stay at most. */
  readonly times: readonly number[];
}

async function readStays(db: Db, values: readonly unknown[], most: number) {
  const [moves] = await db.rows<{ moves: number }>(`select count(*) as moves from (${MOVED}) m where m.f > 0`, values);
  const lanes = lanesFor(moves?.moves ?? 0, most);
  const rows = await db.rows<StaysOf>(
    // The move before it in all of history is where the stay began.
    `select m.f as place, count(*)::integer as count,
       percentile_disc(array[0.5, 0.9]) within group (order by m.at - e.at) as times
     from (${MOVED}) m cross join lateral
       (select e.at, e.to_stage from move e where e.contact_id = m.contact_id and e.model_id = any($1::integer[])
          and e.at < m.at and e.undone_at is null and not e.held order by e.at desc limit 1) e
     where m.f > 0 and (m.contact_id & 63) < $5 and e.to_stage = ($4::text[])[m.f] group by m.f`,
    [...values, lanes],
  );
  return {
    // PostgreSQL hands lists of int8 over as texts.
    of: rows.map((row) => ({ ...row, count: whole(row.count, lanes), times: row.times.map(Number) })),
    sample: lanes === LANES ? null : rows.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Contacts that reached a stage in a span, or outcomes in it where the stage is null, by the spans they fell into. */
export async function countBySpans(
  db: Db,
  ground: Ground,
  stage: string | null,
  spans: readonly Span[],
): Promise<number[]> {
  const [from, to] = [spans[0]?.from ?? 0, spans.at(-1)?.to ?? 0];
  const bounds = bigints(spans.map((span) => span.from));
  const rows =
    stage === null
      ? await db.rows<{ n: number; count: number }>(
          `select width_bucket(at, $4::bigint[]) as n, count(*)::integer as count
           from (${wonSql('$1', '$2', '$3')}) w group by 1`,
          [texts(ground.outcome), from, to, bounds],
        )
      : await db.rows<{ n: number; count: number }>(
          `select width_bucket(at, $6::bigint[]) as n, count(*)::integer as count
           from (select min(at) as at from (${MOVED}) m where m.f < $5 and m.t >= $5 group by contact_id) r group by 1`,
          [ids(ground), from, to, texts(ground.stages), ground.stages.indexOf(stage) + 1, bounds],
        );
  const counts = new Map(rows.map(({ n, count }) => [n, count]));
  return spans.map((_, n) => counts.get(n + 1) ?? 0);
}

/** A contact behind a figure, and when it came to be counted. */
export interface Behind {
  readonly contactId: number;
  readonly at: number;
}

/** Who reached a stage in a span, or won in it where the stage is null, the latest first. */
export function listBehind(
  db: Db,
  ground: Ground,
  stage: string | null,
  span: Span,
  { after, limit }: { after: Behind | null; limit: number },
): Promise<Behind[]> {
  const page = (first: number): string =>
    `group by contact_id having $${first}::bigint is null or (min(at), contact_id) < ($${first}, $${first + 1}::bigint)
     order by at desc, contact_id desc limit $${first + 2}`;
  const place = [after?.at ?? null, after?.contactId ?? null, limit];
  return stage === null
    ? db.rows<Behind>(
        `select contact_id as "contactId", min(at) as at from (${wonSql('$1', '$2', '$3')}) w ${page(4)}`,
        [texts(ground.outcome), span.from, span.to, ...place],
      )
    : db.rows<Behind>(
        `select contact_id as "contactId", min(at) as at from (${MOVED}) m where m.f < $5 and m.t >= $5 ${page(6)}`,
        [ids(ground), span.from, span.to, texts(ground.stages), ground.stages.indexOf(stage) + 1, ...place],
      );
}

/** What came of one step of a score in a span. */
interface StepFigures {
  /** Contacts that were in it at any time in the span; one can be in several. */
  readonly contacts: number;
  /** Contacts that won in the span and were in it right before. */
  readonly won: number;
}

export interface Steps {
  readonly steps: readonly StepFigures[];
  /** Won while nothing was known of the score: before the first version served, or before there was any data. */
  readonly unknown: number;
  /** Contacts that were looked at, where not all were: then `contacts` is told from them. */
  readonly sample: number | null;
}

/**
 * A score against what was won: by the steps of a ladder, as it was then, from what history says. The score before a
 * win is that of the last row before the instant of the event.
 * @param ladder the lowest points of each step, in millionths, descending
 * @param most as for `readFunnel`
 */
export async function readSteps(
  db: Db,
  ground: Ground,
  score: string,
  ladder: readonly number[],
  span: Span,
  most = LOOKED_AT,
): Promise<Steps> {
  const [base] = await db.rows<{ contacts: number }>('select count(*) as contacts from contact');
  const contacts = base?.contacts ?? 0;
  const lanes = lanesFor(contacts, most);
  // Ascending for `width_bucket`; what is below the lowest step is in none.
  const bounds = bigints([...ladder].reverse());
  const served = ground.versions.flatMap(({ id, from, until }) => {
    const part = { id, from: Math.max(from, span.from), to: Math.min(until ?? span.to, span.to) };
    return part.from < part.to ? [part] : [];
  });
  const spoken = [integers(served.map(({ id }) => id)), bigints(served.map(({ from }) => from))];
  const [were, won, [looked]] = await Promise.all([
    db.rows<{ step: number; contacts: number }>(
      `select step, count(distinct contact_id)::integer as contacts from (
         select c.contact_id, width_bucket((h.scores->>$4)::bigint, $5::bigint[]) as step
         from unnest($1::integer[], $2::bigint[], $3::bigint[]) as v (model_id, since, until)
         cross join (select contact_id from contact where (contact_id & 63) < $6) c
         cross join lateral (select coalesce(max(b.at), v.since) as at from history b where b.contact_id = c.contact_id
           and b.model_id = v.model_id and b.at <= v.since) b
         join history h on h.contact_id = c.contact_id and h.model_id = v.model_id and h.at < v.until and h.at >= b.at
         where h.scores->>$4 is not null) s where step > 0 group by step`,
      [...spoken, bigints(served.map(({ to }) => to)), score, bounds, lanes],
    ),
    db.rows<{ step: number | null; won: number }>(
      `select width_bucket(points, $6::bigint[]) as step, count(*)::integer as won
       from (select distinct on (contact_id) contact_id, at from (${wonSql('$1', '$2', '$3')}) w order by contact_id, at) w
       left join lateral (select (h.scores->>$7)::bigint as points
         from unnest($4::integer[], $5::bigint[]) as v (model_id, since)
         join history h on h.contact_id = w.contact_id and h.model_id = v.model_id and h.at < w.at
         where v.since < w.at order by v.since desc, h.at desc limit 1) h on true group by 1`,
      [
        texts(ground.outcome),
        span.from,
        span.to,
        integers(ground.versions.map(({ id }) => id)),
        bigints(ground.versions.map(({ from }) => from)),
        bounds,
        score,
      ],
    ),
    lanes === LANES
      ? []
      : db.rows<{ n: number }>('select count(*) as n from contact where (contact_id & 63) < $1', [lanes]),
  ]);
  return {
    steps: ladder.map((_, n) => {
      const step = ladder.length - n;
      return {
        contacts: whole(were.find((row) => row.step === step)?.contacts ?? 0, lanes),
        won: won.find((row) => row.step === step)?.won ?? 0,
      };
    }),
    unknown: won.reduce((sum, row) => sum + (row.step === null || row.step === 0 ? row.won : 0), 0),
    sample: looked?.n ?? null,
  };
}

/** What came of contacts of one origin that were first heard of in a span. */
interface OriginFigures {
  /** A name of a source or a value of a trait; null where it is not known. */
  readonly origin: string | null;
  readonly contacts: number;
  /** Reached the stage, and won, until the end of the span. */
  readonly reached: number;
  readonly won: number;
}

export interface Origins {
  readonly origins: readonly OriginFigures[];
  /** As for `Steps`; then all figures are told from them. */
  readonly sample: number | null;
}

const ORIGINS_SHOWN = 50;

/**
 * Contacts first heard of in a span, by where they came from: the source of the first event or trait, or the value of a
 * trait where one is named. Most contacts first.
 * @param most as for `readFunnel`
 */
export async function readOrigins(
  db: Db,
  ground: Ground,
  { stage, trait }: { readonly stage: string | null; readonly trait: string | null },
  span: Span,
  most = LOOKED_AT,
): Promise<Origins> {
  const fresh = 'from contact c where c.created_at >= $1 and c.created_at < $2';
  const [base] = await db.rows<{ contacts: number }>(`select count(*) as contacts ${fresh}`, [span.from, span.to]);
  const lanes = lanesFor(base?.contacts ?? 0, most);
  const bySource = `select s.name as origin from
      (select source_id, at, 1 as kind from (select source_id, at from event e where e.contact_id = c.contact_id
         order by e.at, e.event_id limit 1) e
       union all select source_id, at, 2 from (select source_id, at from trait t where t.contact_id = c.contact_id
         and t.source_id > 0 order by t.at, t.name limit 1) t
       order by at, kind limit 1) first
    join source s on s.source_id = first.source_id`;
  const byTrait = 'select left(c.traits->>$9, 200) as origin';
  const rows = await db.rows<OriginFigures>(
    `select o.origin, count(*)::integer as contacts, count(*) filter (where reached)::integer as reached,
       count(*) filter (where won)::integer as won
     from (select o.origin,
         exists (select from move m where m.contact_id = c.contact_id and m.model_id = any($3::integer[]) and m.at < $2
           and m.undone_at is null and not m.held and coalesce(array_position($4::text[], m.from_stage), 0) < $5
           and coalesce(array_position($4::text[], m.to_stage), 0) >= $5) as reached,
         c.contact_id in (select contact_id from (${wonSql('$6', '$1', '$2')}) w) as won
       from contact c left join lateral (${trait === null ? bySource : byTrait}) o on true
       where c.created_at >= $1 and c.created_at < $2 and (c.contact_id & 63) < $7) o
     group by o.origin order by contacts desc, o.origin limit $8`,
    [
      span.from,
      span.to,
      ids(ground),
      texts(ground.stages),
      // Without a stage nobody reaches it.
      stage === null ? ground.stages.length + 1 : ground.stages.indexOf(stage) + 1,
      texts(ground.outcome),
      lanes,
      ORIGINS_SHOWN,
      ...(trait === null ? [] : [trait]),
    ],
  );
  const counted = rows.reduce((sum, { contacts }) => sum + contacts, 0);
  return {
    origins: rows.map(({ origin, contacts, reached, won }) => {
      return { origin, contacts: whole(contacts, lanes), reached: whole(reached, lanes), won: whole(won, lanes) };
    }),
    sample: lanes === LANES ? null : counted,
  };
}

/** Traits that contacts have, told from some that came last, in the order of the alphabet. */
export async function traitNames(db: Db): Promise<string[]> {
  const rows = await db.rows<{ name: string }>(
    `select distinct key as name from (select traits from contact order by contact_id desc limit 300) c,
       jsonb_object_keys(c.traits) as key order by key limit 200`,
  );
  return rows.map(({ name }) => name);
}
