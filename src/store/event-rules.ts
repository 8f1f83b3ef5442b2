/**
 * Rules over events that are kept: all that a condition means are voided or flagged, and put back when the rule is. It
 * decides in which order events are looked at, and that every step is whole, so that a process that dies costs nothing;
 * it refuses to know who may ask, and when steps are taken.
 *
 * A rule is about the events that were there when it was asked for. It leaves alone what was voided before, what is a
 * machine's already, and what a hand said.
 */

import { holds, parts } from '../core/condition.ts';
import { ModelError, ScorelineError } from '../core/errors.ts';
import { type Facts, factValue } from '../core/ingest.ts';
import { checkModel } from '../core/model.ts';
import type { Match } from '../core/words.ts';
import { recordDeed } from './audit.ts';
import { changed } from './changed.ts';
import { bigints, texts } from './columns.ts';
import type { Db } from './db.ts';
import { FLAG, UNFLAG } from './events.ts';
import { lockMerges, shareMerges } from './merges.ts';
import type { By } from './people.ts';

/** Which events are meant: all that is given holds. */
interface Meant {
  /** A name, several, or `any`. */
  readonly on: string | readonly string[];
  /** A condition over properties, as in a model. */
  readonly where?: unknown;
  readonly sourceId?: number | undefined;
  /** The first instant that counts, and the first that does not any more. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

export interface EventRule {
  readonly ruleId: number;
  readonly deed: 'void' | 'flag';
  readonly reason: string;
  readonly meant: Meant;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly undoneBy: string | null;
  readonly state: 'waiting' | 'running' | 'done' | 'undoing' | 'undone';
  /** Null until it began. */
  readonly total: number | null;
  readonly looked: number;
  /** Events that are different because of it. */
  readonly events: number;
  readonly finishedAt: number | null;
}

const RULE = `rule_id as "ruleId", deed, reason, meant, created_at as "createdAt", created_by as "createdBy",
  undone_by as "undoneBy", state, total, looked, events, finished_at as "finishedAt"`;

/** @throws ScorelineError `request_invalid`, which names every problem of the condition */
function matchOf({ on, where }: Meant): Match {
  const event = where === undefined ? { on } : { on, where };
  const stages = [{ id: 'meant', enter: { event } }];
  try {
    const model = checkModel({ model: 'none', scores: { none: { range: [0, 1], rules: [] } }, stages });
    for (const part of parts(model.stages[0]?.enter ?? null)) if (part.kind === 'event') return part.match;
    throw new Error('a condition on events was lost');
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const lines = error.problems.map(({ path, message }) => `${path.slice(4).join('.')}: ${message}`);
    throw new ScorelineError('request_invalid', `the rule is not as it should be: ${lines.join('; ')}`);
  }
}

/** Keeps a rule; nothing is different until steps are taken. @throws ScorelineError `request_invalid` */
export function addEventRule(
  db: Db,
  { deed, reason, meant }: Pick<EventRule, 'deed' | 'reason' | 'meant'>,
  { by, now }: By,
): Promise<EventRule> {
  matchOf(meant);
  return db.transaction(async (tx) => {
    const [rule] = await tx.rows<EventRule>(
      `insert into event_rule (deed, reason, meant, created_at, created_by, state)
       values ($1, $2, $3, $4, $5, 'waiting') returning ${RULE}`,
      [deed, reason, JSON.stringify(meant), now, by],
    );
    if (rule === undefined) throw new Error('a rule was not kept');
    await recordDeed(tx, { at: now, who: by, action: `event.${deed}`, subject: `rule:${rule.ruleId}` });
    return rule;
  });
}

/** Has everything that a rule did put back, by steps. @throws ScorelineError `not_found`, `conflict` */
export function undoEventRule(db: Db, ruleId: number, { by, now }: By): Promise<EventRule> {
  return db.transaction(async (tx) => {
    const [rule] = await tx.rows<EventRule>(
      `update event_rule set state = 'undoing', undone_by = $2, total = null, looked = 0, after_contact = 0,
         after_event = '', finished_at = null
       where rule_id = $1 and state not in ('undoing', 'undone') returning ${RULE}`,
      [ruleId, by],
    );
    if (rule === undefined) {
      const found = await findEventRule(tx, ruleId);
      if (found === null) throw new ScorelineError('not_found', `there is no rule ${ruleId}`);
      throw new ScorelineError('conflict', `rule ${ruleId} is ${found.state} already`);
    }
    await recordDeed(tx, { at: now, who: by, action: `event.un${rule.deed}`, subject: `rule:${ruleId}` });
    return rule;
  });
}

export async function findEventRule(db: Db, ruleId: number): Promise<EventRule | null> {
  const [found] = await db.rows<EventRule>(`select ${RULE} from event_rule where rule_id = $1`, [ruleId]);
  return found ?? null;
}

/** The newest first, those before the rule `before` only. */
export const listEventRules = (db: Db, { before, limit }: { before: number | null; limit: number }) =>
  db.rows<EventRule>(
    `select ${RULE} from event_rule where $1::integer is null or rule_id < $1 order by rule_id desc limit $2`,
    [before, limit],
  );

export const unfinishedRules = (db: Db): Promise<EventRule[]> =>
  db.rows<EventRule>(`select ${RULE} from event_rule where state not in ('done', 'undone') order by rule_id`);

/** Events that one step looks at. */
const STEP = 5_000;

type Place = EventRule & { readonly after_contact: number; readonly after_event: string };

interface Row {
  readonly contact_id: number;
  readonly event_id: string;
  readonly at: number;
  /** Null for one that is not meant, whatever its properties are. */
  readonly properties: Facts | null;
}

/** Takes the next step of a rule. @returns whether there are more */
export function stepEventRule(db: Db, ruleId: number, now: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    await shareMerges(tx);
    const rule = await holdRule(tx, ruleId);
    if (rule === null) return false;
    const total =
      rule.total ?? (await tx.rows<{ n: number }>('select count(*) as n from event')).reduce((_, { n }) => n, 0);
    const rows = await look(tx, rule, '(contact_id, event_id) > ($7, $8)', [rule.after_contact, rule.after_event]);
    const last = rows.at(-1);
    const events = await apply(tx, rule, rows, now);
    await tx.rows(
      `update event_rule set state = case state when 'waiting' then 'running' else state end, total = $2,
         looked = looked + $3, events = events + $4, after_contact = $5, after_event = $6 where rule_id = $1`,
      [ruleId, total, rows.length, events, last?.contact_id ?? rule.after_contact, last?.event_id ?? rule.after_event],
    );
    return rows.length === STEP;
  });
}

/** Does what merges carried past the place where steps were, and says that the rule is done. */
export function finishEventRule(db: Db, ruleId: number, now: number): Promise<void> {
  return db.transaction(async (tx) => {
    await lockMerges(tx);
    const rule = await holdRule(tx, ruleId);
    if (rule === null) return;
    let events = 0;
    for (let place: [number, string] = [0, '']; ; ) {
      const rows = await look(
        tx,
        rule,
        `(contact_id, event_id) > ($7, $8) and contact_id in (select unnest(array[kept_id, gone_id]) from merge
           where at >= $6 or undone_at >= $6)`,
        place,
      );
      events += await apply(tx, rule, rows, now);
      const last = rows.at(-1);
      if (last === undefined || rows.length < STEP) break;
      place = [last.contact_id, last.event_id];
    }
    await tx.rows(
      `update event_rule set state = case state when 'undoing' then 'undone' else 'done' end, events = events + $2,
         finished_at = $3 where rule_id = $1`,
      [ruleId, events, now],
    );
  });
}

/** Null for one that is done, or not there. */
async function holdRule(tx: Db, ruleId: number): Promise<Place | null> {
  const [rule] = await tx.rows<Place>(
    `select ${RULE}, after_contact, after_event from event_rule
     where rule_id = $1 and state in ('waiting', 'running', 'undoing') for update`,
    [ruleId],
  );
  return rule ?? null;
}

const nameOf = ({ ruleId }: EventRule): string => `rule:${ruleId}`;

/** The next events in the order of their key, with the properties of those that may be meant. */
function look(tx: Db, rule: EventRule, where: string, place: readonly [number, string]): Promise<Row[]> {
  const { deed, state, meant, createdAt } = rule;
  const mine = deed === 'void' ? 'voided_by = $1' : 'judged_by = $1';
  const free = deed === 'void' ? 'voided_at is null' : 'machine is null and judged_by is null';
  return tx.rows<Row>(
    `select contact_id, event_id, at, case when ${state === 'undoing' ? mine : free}
       and ($2::text[] is null or name = any($2)) and ($3::integer is null or source_id = $3)
       and ($4::bigint is null or at >= $4) and ($5::bigint is null or at < $5) and received_at <= $6
       and $1::text is not null then properties end as properties
     from event where ${where} order by contact_id, event_id limit ${STEP}`,
    [
      nameOf(rule),
      matchOf(meant).names,
      meant.sourceId ?? null,
      meant.from ?? null,
      meant.until ?? null,
      createdAt,
      ...place,
    ],
  );
}

/** Does to the events that are meant what the rule does. @returns by how many more events are different because of it */
async function apply(tx: Db, rule: EventRule, rows: readonly Row[], now: number): Promise<number> {
  const undoing = rule.state === 'undoing';
  const { where } = matchOf(rule.meant);
  const meant = rows.filter(
    ({ properties }) => properties !== null && (undoing || where === null || holds(where, subjectOf(properties, rule))),
  );
  if (meant.length === 0) return 0;
  const deed = `${undoing ? 'un' : ''}${rule.deed}` as const;
  await tx.rows(
    `update event set ${SETS[deed]} from unnest($4::bigint[], $5::text[]) as meant (contact_id, event_id)
     where event.contact_id = meant.contact_id and event.event_id = meant.event_id
       and $1::text is not null and $2::text is not null and $3::bigint is not null`,
    [
      rule.reason,
      nameOf(rule),
      now,
      bigints(meant.map(({ contact_id }) => contact_id)),
      texts(meant.map(({ event_id }) => event_id)),
    ],
  );
  const since = new Map<number, number>();
  for (const { contact_id, at } of meant) since.set(contact_id, Math.min(since.get(contact_id) ?? at, at));
  await changed(tx, since);
  return undoing ? -meant.length : meant.length;
}

const SETS = {
  void: 'voided_at = $3, voided_by = $2, void_reason = $1',
  unvoid: 'voided_at = null, voided_by = null, void_reason = null',
  flag: `${FLAG}, judged_by = $2`,
  unflag: `${UNFLAG}, judged_by = null`,
} as const;

/** The properties of an event as a condition asks for them, at the instant of the rule. */
const subjectOf = (properties: Facts, { createdAt }: EventRule) => ({
  now: createdAt,
  value: (_: unknown, field: string) => (Object.hasOwn(properties, field) ? factValue(properties[field]) : undefined),
  score: () => null,
  place: () => null,
  count: () => 0,
});
