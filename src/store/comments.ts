/**
 * What people say about the rules of a model. It decides the order in which it is read; it refuses to know whether a rule
 * is still there.
 */

import { recordDeed } from './audit.ts';
import type { Db } from './db.ts';
import type { By } from './models.ts';

/** Instants are milliseconds, UTC. */
export interface Comment {
  readonly id: number;
  readonly model: string;
  readonly rule: string;
  readonly text: string;
  readonly by: string;
  readonly at: number;
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
}

const COMMENT = `comment_id as id, model, rule, text, by, at, resolved_at as "resolvedAt", resolved_by as "resolvedBy"`;

/** All names that a rule of a model had, as the log of deeds tells, whatever became of the drafts in which it was renamed. */
const NAMES = `with recursive renamed as (
    select details ->> 'from' as was, details ->> 'to' as became from audit where action = 'model.rename' and subject = $1
  ), names (name) as (
    select $3::text
    union select case when was = name then became else was end from names join renamed on name in (was, became)
  )`;

/**
 * From the first to the last, those after one only; of one rule where it is named, also under the names that it had; the
 * resolved ones where asked for.
 */
export const listComments = (
  db: Db,
  model: string,
  asked: { readonly rule: string | null; readonly resolved: boolean; readonly after: number; readonly limit: number },
): Promise<Comment[]> =>
  db.rows<Comment>(
    `${NAMES} select ${COMMENT} from rule_comment
     where model = $1 and comment_id > $2 and ($3::text is null or rule in (select name from names))
       and ($4 or resolved_at is null) order by comment_id limit $5`,
    [model, asked.after, asked.rule, asked.resolved, asked.limit],
  );

export function addComment(
  db: Db,
  { model, rule, text }: Pick<Comment, 'model' | 'rule' | 'text'>,
  { by, now }: By,
): Promise<Comment> {
  return db.transaction(async (tx) => {
    const [comment] = await tx.rows<Comment>(
      `insert into rule_comment (model, rule, text, by, at) values ($1, $2, $3, $4, $5) returning ${COMMENT}`,
      [model, rule, text, by, now],
    );
    if (comment === undefined) throw new Error('a comment was not kept');
    await recordDeed(tx, {
      at: now,
      who: by,
      action: 'model.comment',
      subject: model,
      details: { rule, id: comment.id },
    });
    return comment;
  });
}

/** Keeps that a rule has another name: what was said of it under the old one is said of it still. */
export const renameRule = (
  db: Db,
  { model, from, to }: { readonly model: string; readonly from: string; readonly to: string },
  { by, now }: By,
): Promise<void> => recordDeed(db, { at: now, who: by, action: 'model.rename', subject: model, details: { from, to } });

/** Marks a comment as done, or as open again; null where there is none. */
export function resolveComment(db: Db, id: number, resolved: boolean, { by, now }: By): Promise<Comment | null> {
  return db.transaction(async (tx) => {
    const [comment] = await tx.rows<Comment>(
      `update rule_comment set resolved_at = case when $2 then coalesce(resolved_at, $3::bigint) end,
         resolved_by = case when $2 then coalesce(resolved_by, $4) end
       where comment_id = $1 returning ${COMMENT}`,
      [id, resolved, now, by],
    );
    if (comment === undefined) return null;
    const action = resolved ? 'model.resolve' : 'model.reopen';
    await recordDeed(tx, { at: now, who: by, action, subject: comment.model, details: { rule: comment.rule, id } });
    return comment;
  });
}
