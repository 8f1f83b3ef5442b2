/**
 * Who wants webhooks of ours, what is to be told to them, and how it went. It decides that each thing that happened leads
 * to one message for each endpoint, and that a message in hand of a process that died is taken up by another; it refuses
 * to know what a message says.
 */

import { randomBytes } from 'node:crypto';
import { recordDeed } from './audit.ts';
import { bigints, integers } from './columns.ts';
import type { Db } from './db.ts';
import { madeUpAmong } from './made-up.ts';
import { suppressedAmong } from './suppression.ts';

export interface Endpoint {
  readonly endpointId: number;
  readonly url: string;
  readonly types: readonly string[];
  readonly createdAt: number;
  readonly createdBy: string;
  /** While it is set, messages wait and nothing new is told. */
  readonly disabledAt: number | null;
  readonly disabledBecause: string | null;
}

const ENDPOINT = `endpoint_id as "endpointId", url, types, created_at as "createdAt", created_by as "createdBy",
  disabled_at as "disabledAt", disabled_because as "disabledBecause"`;

/** Adds an endpoint; it is told what happens from now on. */
export function addEndpoint(
  db: Db,
  { url, secret, types }: { url: string; secret: string; types: readonly string[] },
  { by, now }: { by: string; now: number },
): Promise<Endpoint> {
  return db.transaction(async (tx) => {
    const [made] = await tx.rows<Endpoint>(
      `insert into webhook_endpoint (url, secret, types, created_at, created_by) values ($1, $2, $3, $4, $5)
       returning ${ENDPOINT}`,
      [url, secret, types, now, by],
    );
    if (made === undefined) throw new Error('an insert gave no row');
    const subject = `webhook:${made.endpointId}`;
    await recordDeed(tx, { at: now, who: by, action: 'webhook.create', subject, details: { url, types } });
    return made;
  });
}

/** All endpoints in the order they were made. */
export const listEndpoints = (db: Db): Promise<Endpoint[]> =>
  db.rows<Endpoint>(`select ${ENDPOINT} from webhook_endpoint order by endpoint_id`);

/** One endpoint; null where there is none. */
export async function findEndpoint(db: Db, endpointId: number): Promise<Endpoint | null> {
  const [found] = await db.rows<Endpoint>(`select ${ENDPOINT} from webhook_endpoint where endpoint_id = $1::bigint`, [
    endpointId,
  ]);
  return found ?? null;
}

/**
 * Lets messages to an endpoint wait, or lets them go again.
 * @param because why it is disabled; null enables it
 * @returns the endpoint as it is now; null where there is none
 */
export function setDisabled(
  db: Db,
  endpointId: number,
  because: string | null,
  { by, now }: { by: string; now: number },
): Promise<Endpoint | null> {
  return db.transaction(async (tx) => {
    const [changed] = await tx.rows<Endpoint>(
      `update webhook_endpoint set disabled_at = $2, disabled_because = $3
       where endpoint_id = $1::bigint and (disabled_at is null) = ($2::bigint is not null) returning ${ENDPOINT}`,
      [endpointId, because === null ? null : now, because],
    );
    if (changed === undefined) return findEndpoint(tx, endpointId);
    const action = because === null ? 'webhook.enable' : 'webhook.disable';
    const details = because === null ? {} : { because };
    await recordDeed(tx, { at: now, who: by, action, subject: `webhook:${endpointId}`, details });
    return changed;
  });
}

/** Takes an endpoint away, with its messages. False where there is none. */
export function removeEndpoint(db: Db, endpointId: number, { by, now }: { by: string; now: number }): Promise<boolean> {
  return db.transaction(async (tx) => {
    const gone = await tx.rows('delete from webhook_endpoint where endpoint_id = $1::bigint returning endpoint_id', [
      endpointId,
    ]);
    if (gone.length > 0)
      await recordDeed(tx, { at: now, who: by, action: 'webhook.remove', subject: `webhook:${endpointId}` });
    return gone.length > 0;
  });
}

/** A move as it is told, or taken back. */
interface ToldMove {
  readonly contactId: number;
  readonly modelId: number;
  readonly model: string;
  readonly version: number;
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
  /** Which of the messages about this move it is, from 1. */
  readonly telling: number;
}

/** Something that happened and that nobody was told of. */
export type Happening =
  | (ToldMove & {
      readonly kind: 'move';
      /** As they were then: millionths of a point by name, or the cell of a grid. */
      readonly scores: Readonly<Record<string, number | string | null>>;
    })
  /** It was told, and did not happen. */
  | (ToldMove & { readonly kind: 'undone move'; readonly undoneAt: number; readonly toldAt: number })
  | {
      readonly kind: 'merge';
      readonly mergeId: number;
      readonly keptId: number;
      readonly goneId: number;
      readonly at: number;
    }
  | {
      readonly kind: 'model';
      readonly modelId: number;
      readonly model: string;
      readonly version: number;
      readonly at: number;
    }
  | {
      readonly kind: 'notice';
      readonly noticeId: number;
      readonly handoffId: number;
      readonly contactId: number;
      readonly at: number;
      readonly about: 'assigned' | 'reminder' | 'escalation' | 'withdrawn';
      readonly assignee: string | null;
      /** The promise that it is about, and when that is due; null where it is about none. */
      readonly clock: string | null;
      readonly dueAt: number | null;
    };

/** A move of which something is to be told: that it happened, that what was told did not, or first this and then that. */
interface MoveRow extends Omit<ToldMove, 'telling'> {
  readonly recordedAt: number;
  readonly undoneAt: number | null;
  readonly scores: Readonly<Record<string, number | string | null>>;
  readonly toldAt: number | null;
  readonly toldFrom: string | null;
  readonly toldTo: string | null;
  readonly tellings: number;
}

function happeningsOf({
  recordedAt,
  undoneAt,
  toldAt,
  toldFrom,
  toldTo,
  tellings,
  scores,
  ...move
}: MoveRow): Happening[] {
  const happenings: Happening[] = [];
  const telling = () => tellings + happenings.length + 1;
  if (toldAt !== null) {
    const told = { from: toldFrom, to: toldTo, toldAt, undoneAt: undoneAt ?? recordedAt };
    happenings.push({ ...move, ...told, kind: 'undone move', telling: telling() });
  }
  if (undoneAt === null) happenings.push({ ...move, kind: 'move', scores, telling: telling() });
  return happenings;
}

/** Any number that nobody else locks. */
const TELLING = 7_360_006;

/**
 * Gives what nobody was told of to `write`, and remembers that it was told, in one transaction.
 * @param most of each kind
 * @returns whether there may be more
 */
export function tell(
  db: Db,
  { most, now }: { most: number; now: number },
  write: (tx: Db, happened: readonly Happening[]) => Promise<void>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [free] = await tx.rows<{ free: boolean }>('select pg_try_advisory_xact_lock($1) as free', [TELLING]);
    if (free?.free !== true) return false;
    const moves = await tx.rows<MoveRow>(
      `select m.contact_id as "contactId", m.model_id as "modelId", model.name as model, model.version, m.at,
         m.recorded_at as "recordedAt", m.undone_at as "undoneAt", m.from_stage as "from", m.to_stage as "to",
         m.told as "toldAt", m.told_from as "toldFrom", m.told_to as "toldTo", m.tellings,
         coalesce(h.scores, '{}') as scores
       from move m join model on model.model_id = m.model_id
       left join history h on h.contact_id = m.contact_id and h.model_id = m.model_id and h.at = m.at
       where not m.held and case when m.undone_at is not null then m.told is not null
         else m.told is null or m.from_stage is distinct from m.told_from or m.to_stage is distinct from m.told_to end
       order by m.contact_id, m.model_id, m.at limit $1 for update of m`,
      [most],
    );
    const merges = await tx.rows<Extract<Happening, { kind: 'merge' }>>(
      `select 'merge' as kind, merge_id as "mergeId", kept_id as "keptId", gone_id as "goneId", at
       from merge where not told order by merge_id limit $1`,
      [most],
    );
    const models = await tx.rows<Extract<Happening, { kind: 'model' }>>(
      `select 'model' as kind, model_id as "modelId", name as model, version, published_at as at
       from model where not told order by model_id limit $1`,
      [most],
    );
    const notices = await tx.rows<Extract<Happening, { kind: 'notice' }>>(
      `select 'notice' as kind, notice_id as "noticeId", handoff_id as "handoffId", contact_id as "contactId", at,
         kind as about, coalesce(details ->> 'assignee', case when recipient like '%@%' then recipient end) as assignee,
         details ->> 'clock' as clock, (details ->> 'dueAt')::bigint as "dueAt"
       from handoff_notice where not told and kind in ('assigned', 'reminder', 'escalation', 'withdrawn')
       order by notice_id limit $1`,
      [most],
    );
    const all = [...moves.flatMap(happeningsOf), ...merges, ...models, ...notices];
    if (all.length === 0) return false;
    await write(tx, all);
    if (moves.length > 0) {
      await tx.rows(
        `update move set tellings = tellings + t.more, told = case when undone_at is null then $5::bigint end,
           told_from = from_stage, told_to = to_stage
         from unnest($1::bigint[], $2::integer[], $3::bigint[], $4::integer[]) as t (contact_id, model_id, at, more)
         where move.contact_id = t.contact_id and move.model_id = t.model_id and move.at = t.at`,
        [
          bigints(moves.map(({ contactId }) => contactId)),
          integers(moves.map(({ modelId }) => modelId)),
          bigints(moves.map(({ at }) => at)),
          integers(moves.map((move) => happeningsOf(move).length)),
          now,
        ],
      );
    }
    if (merges.length > 0)
      await tx.rows('update merge set told = true where merge_id = any($1)', [merges.map(({ mergeId }) => mergeId)]);
    if (models.length > 0)
      await tx.rows('update model set told = true where model_id = any($1)', [models.map(({ modelId }) => modelId)]);
    if (notices.length > 0)
      await tx.rows('update handoff_notice set told = true where notice_id = any($1::bigint[])', [
        bigints(notices.map(({ noticeId }) => noticeId)),
      ]);
    return Math.max(moves.length, merges.length, models.length, notices.length) === most;
  });
}

/** A message for every endpoint of its audience that is not disabled. */
export interface NewMessage {
  /** What it tells of: said once, an endpoint is not told again. */
  readonly subject: string;
  /** The message that must be delivered, or given up, before this one; null for none. */
  readonly follows: string | null;
  readonly contactId: number | null;
  readonly type: string;
  readonly body: string;
  /** For endpoints that asked for this type; those made after the instant `since` are left out. */
  readonly audience: { readonly type: string; readonly since?: number };
}

/** Writes messages, due at once; none about a contact that is suppressed or made up. */
export async function addMessages(db: Db, messages: readonly NewMessage[], now: number): Promise<void> {
  const endpoints = await db.rows<{ id: number; types: string[]; since: number }>(
    'select endpoint_id as id, types, created_at as since from webhook_endpoint where disabled_at is null',
  );
  const contacts = messages.flatMap(({ contactId }) => contactId ?? []);
  if (endpoints.length === 0) return;
  const untold = new Set([...(await suppressedAmong(db, contacts)).keys(), ...(await madeUpAmong(db, contacts))]);
  const handedOn = messages.filter(({ contactId }) => contactId === null || !untold.has(contactId));
  const rows = endpoints.flatMap(({ id, types, since }) =>
    handedOn
      .filter(({ audience }) => types.includes(audience.type) && since <= (audience.since ?? since))
      .map((message) => ({ id, ...message })),
  );
  if (rows.length === 0) return;
  await db.rows(
    `insert into webhook_delivery (endpoint_id, webhook_id, subject, follows, contact_id, type, body, created_at, due_at)
     select endpoint_id, webhook_id, subject, follows, contact_id, type, body, $8, $8
     from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
       as t (endpoint_id, webhook_id, subject, follows, contact_id, type, body)
     on conflict (endpoint_id, subject) do nothing`,
    [
      rows.map(({ id }) => id),
      rows.map(newWebhookId),
      rows.map(({ subject }) => subject),
      rows.map(({ follows }) => follows),
      rows.map(({ contactId }) => contactId),
      rows.map(({ type }) => type),
      rows.map(({ body }) => body),
      now,
    ],
  );
}

const newWebhookId = (): string => `msg_${randomBytes(16).toString('hex')}`;

/** Writes a message for one endpoint whatever it asked for, due at once. @returns its number */
export async function addTest(
  db: Db,
  { endpointId, type, body, now }: { endpointId: number; type: string; body: string; now: number },
): Promise<number> {
  const id = newWebhookId();
  const [made] = await db.rows<{ delivery_id: number }>(
    `insert into webhook_delivery (endpoint_id, webhook_id, subject, type, body, created_at, due_at)
     values ($1, $2, $2, $3, $4, $5, $5) returning delivery_id`,
    [endpointId, id, type, body, now],
  );
  return made?.delivery_id ?? 0;
}

/** A message that this process is to send, until the instant `takenUntil`. */
export interface Taken {
  readonly deliveryId: number;
  readonly endpointId: number;
  readonly webhookId: string;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  /** This attempt counts. */
  readonly attempts: number;
  readonly takenUntil: number;
}

/**
 * Takes the message that has been due the longest; null where none is due. What is taken and not finished in time, since
 * its process died, is due again.
 * @param until when it is due again
 * @param most how many messages to one endpoint may be under way, so that a slow one does not hold up the others
 */
export async function takeDue(
  db: Db,
  { now, until, most }: { now: number; until: number; most: number },
): Promise<Taken | null> {
  const [taken] = await db.rows<Taken>(
    `update webhook_delivery d set taken_until = $2, attempts = d.attempts + 1
     from webhook_endpoint e, (
       select next.delivery_id from webhook_endpoint open
       cross join lateral (
         select delivery_id, due_at from webhook_delivery own
         where endpoint_id = open.endpoint_id and due_at <= $1 and (taken_until is null or taken_until <= $1)
           and not exists (
             select from webhook_delivery first where first.endpoint_id = own.endpoint_id
               and first.subject = own.follows and first.due_at is not null
           )
         order by due_at, delivery_id limit 1 for update skip locked
       ) next
       where open.disabled_at is null and $3 > (
         select count(*) from webhook_delivery busy
         where busy.endpoint_id = open.endpoint_id and busy.taken_until > $1
       )
       order by next.due_at, next.delivery_id limit 1
     ) first
     where d.delivery_id = first.delivery_id and e.endpoint_id = d.endpoint_id
     returning d.delivery_id as "deliveryId", d.endpoint_id as "endpointId", d.webhook_id as "webhookId", e.url, e.secret,
       d.body, d.attempts, d.taken_until as "takenUntil"`,
    [now, until, most],
  );
  return taken ?? null;
}

/** How an attempt went. */
export interface Outcome {
  readonly at: number;
  readonly delivered: boolean;
  /** When it is tried again; null for never, or for a success. */
  readonly dueAt: number | null;
  /** Of the answer; null where there was none. */
  readonly status: number | null;
  readonly problem: string | null;
}

/** Keeps how it went, unless another process has taken the message since. */
export async function finish(db: Db, { deliveryId, takenUntil }: Taken, outcome: Outcome): Promise<void> {
  const { at, delivered, dueAt, status, problem } = outcome;
  await db.rows(
    `update webhook_delivery set taken_until = null, due_at = $3, delivered_at = $4, answered_at = $5, status = $6,
       problem = $7
     where delivery_id = $1 and taken_until = $2`,
    [deliveryId, takenUntil, dueAt, delivered ? at : null, at, status, problem],
  );
}

export interface Delivery {
  readonly deliveryId: number;
  readonly webhookId: string;
  readonly type: string;
  readonly body: string;
  readonly createdAt: number;
  readonly attempts: number;
  /** When it is tried (again); null where it was delivered, or is not tried any more. */
  readonly dueAt: number | null;
  readonly deliveredAt: number | null;
  /** Of the last attempt. */
  readonly answeredAt: number | null;
  readonly status: number | null;
  readonly problem: string | null;
}

/** The messages to an endpoint, the newest first, those before the delivery `before` only. */
export const listDeliveries = (
  db: Db,
  { endpointId, before, limit }: { endpointId: number; before: number | null; limit: number },
): Promise<Delivery[]> =>
  db.rows<Delivery>(
    `select delivery_id as "deliveryId", webhook_id as "webhookId", type, body, created_at as "createdAt", attempts,
       due_at as "dueAt", delivered_at as "deliveredAt", answered_at as "answeredAt", status, problem
     from webhook_delivery where endpoint_id = $1::bigint and ($2::bigint is null or delivery_id < $2)
     order by delivery_id desc limit $3`,
    [endpointId, before, limit],
  );

/**
 * Sends again, with the same `webhook-id`: one message, delivered or not, or all that are not tried any more.
 * @returns how many
 */
export async function replay(
  db: Db,
  { endpointId, deliveryId, now }: { endpointId: number; deliveryId: number | null; now: number },
): Promise<number> {
  const due = await db.rows(
    `update webhook_delivery set due_at = $3, attempts = 0, delivered_at = null
     where endpoint_id = $1::bigint
       and case when $2::bigint is null then due_at is null and delivered_at is null else delivery_id = $2 end
     returning delivery_id`,
    [endpointId, deliveryId, now],
  );
  return due.length;
}

/** Forgets messages that were delivered or given up before an instant. */
export async function forgetDeliveries(db: Db, before: number): Promise<void> {
  await db.rows('delete from webhook_delivery where due_at is null and answered_at < $1', [before]);
}
