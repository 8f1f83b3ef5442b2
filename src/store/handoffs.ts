/**
 * What was handed over and what became of it. It decides how facts and clocks are kept, and that a fact, the state it
 * leads to and the clocks it starts and ends are written together; it refuses to know what may follow on what, and who is
 * chosen.
 */

import type { Clock, Fact, Handoff } from '../core/handoff.ts';
import { bigints, integers } from './columns.ts';
import type { Db } from './db.ts';
import { MADE_UP_PEOPLE } from './made-up.ts';

export interface InForce {
  readonly agreementId: number;
  readonly document: string;
  readonly since: number;
  /** Somebody made up proposed it: it is about nobody real. */
  readonly madeUp: boolean;
}

/** The agreements under which hand-offs are made now. */
export const agreementsInForce = (db: Db): Promise<InForce[]> =>
  db.rows<InForce>(
    `select agreement_id as "agreementId", document, in_force_from as since, proposed_by like $1 as "madeUp" from agreement
     where in_force_from is not null and in_force_until is null order by agreement_id`,
    [MADE_UP_PEOPLE],
  );

/** The text of one version, and the version of the model whose names it uses; null where there is none. */
export async function agreementText(db: Db, agreementId: number) {
  const [found] = await db.rows<{ document: string; modelId: number }>(
    'select document, model_id as "modelId" from agreement where agreement_id = $1',
    [agreementId],
  );
  return found ?? null;
}

/** How a contact stands, and the scores that an answer will be a label of. */
export interface Present {
  readonly contactId: number;
  readonly companyId: number | null;
  readonly modelId: number;
  readonly version: number;
  readonly stage: string | null;
  readonly disqualified: string | null;
  readonly asOf: number;
  readonly evidence: object;
  readonly owner: string | null;
  /** Whether it has a hand-off under way. */
  readonly busy: boolean;
  /** The stages that led to its hand-offs that sales ended, and since when they are over. */
  readonly ended: readonly { readonly movedTo: string | null; readonly since: number }[];
}

/** Contacts under the serving version of a model. Those that were never scored are left out. */
export const presentOf = (db: Db, model: string, contacts: readonly number[]): Promise<Present[]> =>
  db.rows<Present>(
    `select c.contact_id as "contactId", c.company_id as "companyId", m.model_id as "modelId", m.version, s.stage,
       s.disqualified, s.as_of as "asOf", lower(coalesce(k.traits ->> 'owner', c.traits ->> 'owner')) as owner,
       json_build_object('version', m.version, 'stage', s.stage, 'parts', s.parts, 'scores',
         (select json_object_agg(p.name, json_build_object('points', p.points, 'grade', p.grade, 'band', p.band,
            'cell', p.cell)) from score p where p.contact_id = c.contact_id and p.model_id = m.model_id)) as evidence,
       exists (select from handoff h where h.contact_id = c.contact_id
         and h.state in ('waiting', 'open', 'accepted', 'opportunity')) as busy,
       (select coalesce(json_agg(json_build_object('movedTo', h.moved_to, 'since', h.since)), '[]') from handoff h
         where h.contact_id = c.contact_id
           and h.state not in ('waiting', 'open', 'accepted', 'opportunity', 'withdrawn')) as ended
     from contact c join model m on m.name = $1 and m.state = 'serving'
     join standing s on s.contact_id = c.contact_id and s.model_id = m.model_id
     left join company k on k.company_id = c.company_id
     where c.contact_id = any($2::bigint[]) order by c.contact_id`,
    [model, bigints(contacts)],
  );

/** Who has another hand-off of a company under way, the one with the longest. */
export async function sellerOfCompany(db: Db, companyId: number | null): Promise<string | null> {
  if (companyId === null) return null;
  const [found] = await db.rows<{ assignee: string }>(
    `select assignee from handoff where company_id = $1 and assignee is not null
       and state in ('open', 'accepted', 'opportunity') order by assigned_at, handoff_id limit 1`,
    [companyId],
  );
  return found?.assignee ?? null;
}

/** A hand-off as it is kept. */
export interface KeptHandoff extends Handoff {
  readonly handoffId: number;
  readonly contactId: number;
  readonly agreementId: number;
  readonly modelId: number;
  readonly companyId: number | null;
  readonly movedAt: number;
  readonly stage: string;
  readonly evidence: unknown;
  readonly returnsAt: number | null;
}

/** The columns of a hand-off `h`. */
export const HANDOFF = `h.handoff_id as "handoffId", h.contact_id as "contactId", h.agreement_id as "agreementId",
  h.model_id as "modelId", h.company_id as "companyId", h.moved_at as "movedAt", h.stage, h.evidence, h.state, h.since,
  h.lacks, h.assignee, h.assigned_at as "assignedAt", h.acted_on as "actedOn", h.returns_at as "returnsAt",
  (select f.at from handoff_fact f where f.contact_id = h.contact_id and f.handoff_id = h.handoff_id and f.place = 0)
    as "enteredAt",
  (select count(*) from handoff_fact f where f.contact_id = h.contact_id and f.handoff_id = h.handoff_id
    and f.fact ->> 'kind' = 'assigned') as assignments`;

/** One hand-off, locked until the transaction ends; null where there is none. */
export async function lockHandoff(tx: Db, handoffId: number): Promise<KeptHandoff | null> {
  const [found] = await tx.rows<KeptHandoff>(`select ${HANDOFF} from handoff h where h.handoff_id = $1 for update`, [
    handoffId,
  ]);
  return found ?? null;
}

/** Those of some contacts that are under way, locked until the transaction ends. */
export const listUnderWay = (tx: Db, contacts: readonly number[]): Promise<KeptHandoff[]> =>
  tx.rows<KeptHandoff>(
    `select ${HANDOFF} from handoff h where h.contact_id = any($1::bigint[])
       and h.state in ('waiting', 'open', 'accepted', 'opportunity') order by h.handoff_id for update`,
    [bigints(contacts)],
  );

/** A hand-off with the first promise that is still owed, be it late already; nulls where nothing is. */
export interface Owing extends KeptHandoff {
  readonly owedKind: Clock['kind'] | null;
  readonly owedAt: number | null;
}

const OWED = `left join lateral (
  select c.kind, c.due_at from handoff_clock c
  where c.contact_id = h.contact_id and c.handoff_id = h.handoff_id and (c.outcome is null or c.outcome = 'missed' and (
    c.kind = 'deliver' and h.state = 'waiting' or h.state = 'open' and c.started_at = h.assigned_at
      and (c.kind = 'answer' or c.kind in ('first-contact', 'first-contact-never') and not h.acted_on)))
  order by c.due_at, c.kind limit 1) o on true`;
const OWING = `${HANDOFF}, o.kind as "owedKind", o.due_at as "owedAt"`;

export async function findHandoff(db: Db, handoffId: number): Promise<Owing | null> {
  const [found] = await db.rows<Owing>(`select ${OWING} from handoff h ${OWED} where h.handoff_id = $1`, [handoffId]);
  return found ?? null;
}

/** Hand-offs that were given to somebody at an instant, and those that wait. */
export const givenOrWaiting = (db: Db, at: number): Promise<KeptHandoff[]> =>
  db.rows<KeptHandoff>(
    `select ${HANDOFF} from handoff h where h.state = 'waiting' or h.state = 'open' and h.assigned_at = $1
     order by h.handoff_id`,
    [at],
  );

export interface Wanted {
  readonly states?: readonly string[] | undefined;
  readonly assignee?: string | undefined;
  readonly contactId?: number | undefined;
  readonly companyId?: number | undefined;
  readonly order: 'newest' | 'due';
  /** The last one that was listed, and in the order of what is due, when that is. */
  readonly after: { readonly handoffId: number; readonly owedAt: number | null } | null;
  readonly limit: number;
}

/** The newest first; or by what is due first, and at the end those that owe nothing. */
export const listHandoffs = (
  db: Db,
  { states, assignee, contactId, companyId, order, after, limit }: Wanted,
): Promise<Owing[]> =>
  db.rows<Owing>(
    `select ${OWING} from handoff h ${OWED}
     where ($1::text[] is null or h.state = any($1)) and ($2::text is null or h.assignee = $2)
       and ($3::bigint is null or h.contact_id = $3) and ($7::bigint is null or h.company_id = $7)
       ${
         order === 'newest'
           ? 'and ($4::bigint is null or h.handoff_id < $4) and $5::bigint is null order by h.handoff_id desc'
           : `and ($4::bigint is null or (coalesce(o.due_at, ${NEVER}), h.handoff_id) > (coalesce($5::bigint, ${NEVER}), $4))
              order by coalesce(o.due_at, ${NEVER}), h.handoff_id`
       }
     limit $6`,
    [
      states ?? null,
      assignee ?? null,
      contactId ?? null,
      after?.handoffId ?? null,
      order === 'newest' ? null : (after?.owedAt ?? null),
      limit,
      companyId ?? null,
    ],
  );

/** After every instant that there is. */
const NEVER = 8_640_000_000_000_001;

/** In SQL, that a fact `f` was not taken back. */
export const COUNTS = `not exists (select from handoff_fact u where u.contact_id = f.contact_id
  and u.handoff_id = f.handoff_id and u.fact ->> 'kind' = 'undone' and (u.fact ->> 'place')::integer = f.place)`;

/** Its facts in the order in which they were recorded. */
export async function factsOf(db: Db, { contactId, handoffId }: Pick<KeptHandoff, 'contactId' | 'handoffId'>) {
  const rows = await db.rows<{ at: number; by: string; fact: Fact }>(
    `select at, by_whom as by, fact from handoff_fact where contact_id = $1 and handoff_id = $2 order by place`,
    [contactId, handoffId],
  );
  return rows.map(({ at, by, fact }): Fact => ({ ...fact, at, by }));
}

export interface NewHandoff {
  readonly contactId: number;
  readonly agreementId: number;
  readonly modelId: number;
  readonly companyId: number | null;
  readonly movedAt: number;
  readonly movedTo: string | null;
  readonly stage: string;
  readonly evidence: object;
}

/** Begins a hand-off; its facts come with `writeFacts`. @returns its number */
export async function addHandoff(tx: Db, one: NewHandoff, state: Handoff, now: number): Promise<number> {
  const [made] = await tx.rows<{ id: number }>(
    `insert into handoff (contact_id, handoff_id, agreement_id, model_id, moved_at, moved_to, stage, company_id, state, since, lacks,
       evidence, looked_at)
     values ($1, nextval('handoff_id'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning handoff_id as id`,
    [
      one.contactId,
      one.agreementId,
      one.modelId,
      one.movedAt,
      one.movedTo,
      one.stage,
      one.companyId,
      state.state,
      state.since,
      state.lacks,
      JSON.stringify(one.evidence),
      now,
    ],
  );
  if (made === undefined) throw new Error('an insert gave no row');
  return made.id;
}

/**
 * Adds facts, with the state that they lead to.
 * @param place how many there were before
 */
export async function writeFacts(
  tx: Db,
  { contactId, handoffId }: Pick<KeptHandoff, 'contactId' | 'handoffId'>,
  { facts, place, state, now }: { facts: readonly Fact[]; place: number; state: Handoff; now: number },
): Promise<void> {
  for (const [i, { at, by, ...fact }] of facts.entries()) {
    await tx.rows(
      `insert into handoff_fact (contact_id, handoff_id, place, at, recorded_at, by_whom, fact)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [contactId, handoffId, place + i, at, now, by, JSON.stringify(fact)],
    );
  }
  const recycled = facts.findLast(({ kind }) => kind === 'recycled');
  await tx.rows(
    `update handoff set state = $3, since = $4, lacks = $5, assignee = $6, assigned_at = $7, acted_on = $8, looked_at = $9,
       returns_at = case when $3 = 'recycled' then coalesce($10::bigint, returns_at) end
     where contact_id = $1 and handoff_id = $2`,
    [
      contactId,
      handoffId,
      state.state,
      state.since,
      state.lacks,
      state.assignee,
      state.assignedAt,
      state.actedOn,
      now,
      recycled?.kind === 'recycled' ? recycled.until : null,
    ],
  );
}

/** When somebody is to hear of a clock, fixed when it starts; null where nobody is. */
export interface Alarms {
  readonly remindAt: number | null;
  readonly escalateAt: number | null;
  readonly reassignAt: number | null;
}

/** A clock as it is kept. */
export interface KeptClock extends Alarms {
  readonly contactId: number;
  readonly handoffId: number;
  readonly kind: Clock['kind'];
  readonly assignment: number;
  readonly owner: Clock['owner'];
  readonly assignee: string | null;
  readonly startedAt: number;
  readonly dueAt: number;
  readonly endedAt: number | null;
  readonly outcome: 'kept' | 'missed' | 'excused' | null;
}

/** The columns of a clock. */
export const CLOCK = `contact_id as "contactId", handoff_id as "handoffId", kind, assignment, owner, assignee,
  started_at as "startedAt", due_at as "dueAt", remind_at as "remindAt", escalate_at as "escalateAt",
  reassign_at as "reassignAt", ended_at as "endedAt", outcome`;

export const listClocks = (db: Db, handoffs: readonly number[]): Promise<KeptClock[]> =>
  db.rows<KeptClock>(
    `select ${CLOCK} from handoff_clock where handoff_id = any($1::bigint[]) order by handoff_id, assignment, due_at, kind`,
    [bigints(handoffs)],
  );

/** Starts clocks; those that run already, or ended, stay as they are. */
export async function startClocks(tx: Db, clocks: readonly Omit<KeptClock, 'endedAt' | 'outcome'>[]): Promise<void> {
  for (const clock of clocks) {
    await tx.rows(
      `insert into handoff_clock (contact_id, handoff_id, kind, assignment, owner, assignee, started_at, due_at, remind_at,
         escalate_at, reassign_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
      [
        clock.contactId,
        clock.handoffId,
        clock.kind,
        clock.assignment,
        clock.owner,
        clock.assignee,
        clock.startedAt,
        clock.dueAt,
        clock.remindAt,
        clock.escalateAt,
        clock.reassignAt,
      ],
    );
  }
}

/**
 * Has clocks run on that an answer ended which is taken back, unless their time is over. A reminder whose instant has
 * passed was told, and is not told again.
 */
export async function reopenClocks(
  tx: Db,
  clocks: readonly Pick<
    KeptClock,
    'contactId' | 'handoffId' | 'kind' | 'assignment' | 'remindAt' | 'escalateAt' | 'reassignAt'
  >[],
  { endedAt, now }: { readonly endedAt: number; readonly now: number },
): Promise<void> {
  for (const clock of clocks) {
    await tx.rows(
      `update handoff_clock set outcome = null, ended_at = null, remind_at = case when $7 > $6::bigint then $7::bigint end,
         escalate_at = $8, reassign_at = $9
       where contact_id = $1 and handoff_id = $2 and kind = $3 and assignment = $4 and ended_at = $5 and due_at > $6
         and outcome <> 'missed'`,
      [
        clock.contactId,
        clock.handoffId,
        clock.kind,
        clock.assignment,
        endedAt,
        now,
        clock.remindAt,
        clock.escalateAt,
        clock.reassignAt,
      ],
    );
  }
}

/**
 * Ends clocks that have no outcome yet: one that ended after it was due was missed.
 */
export async function endClocks(
  tx: Db,
  ended: readonly (Pick<KeptClock, 'contactId' | 'handoffId' | 'kind' | 'assignment'> & {
    readonly endedAt: number;
    readonly end: 'kept' | 'excused';
  })[],
): Promise<void> {
  if (ended.length === 0) return;
  await tx.rows(
    `update handoff_clock c set ended_at = t.ended_at, remind_at = null,
       outcome = case when t.ended_at <= c.due_at then t.ended else 'missed' end,
       escalate_at = case when t.ended_at <= c.due_at then null else c.escalate_at end, reassign_at = null
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::text[])
       as t (contact_id, handoff_id, kind, assignment, ended_at, ended)
     where c.contact_id = t.contact_id and c.handoff_id = t.handoff_id and c.kind = t.kind
       and c.assignment = t.assignment and c.outcome is null`,
    [
      bigints(ended.map(({ contactId }) => contactId)),
      bigints(ended.map(({ handoffId }) => handoffId)),
      ended.map(({ kind }) => kind),
      integers(ended.map(({ assignment }) => assignment)),
      bigints(ended.map(({ endedAt }) => endedAt)),
      ended.map(({ end }) => end),
    ],
  );
}

export interface Notice {
  readonly contactId: number;
  readonly handoffId: number;
  readonly at: number;
  readonly kind: string;
  readonly recipient: string;
  readonly details: object;
}

export async function addNotices(tx: Db, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.rows(
    `insert into handoff_notice (contact_id, handoff_id, at, kind, recipient, details, mail_at)
     select "contactId", "handoffId", at, kind, recipient, details, at from json_to_recordset($1::json)
       as t ("contactId" bigint, "handoffId" bigint, at bigint, kind text, recipient text, details jsonb)`,
    [JSON.stringify(notices)],
  );
}
