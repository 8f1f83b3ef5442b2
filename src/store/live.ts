/**
 * Whether anything changed, as numbers that are cheap to read and differ when something did. It decides what each topic
 * is seen by; nothing is written for it, so whoever writes pays nothing. It refuses to know who asks.
 */

import type { Db } from './db.ts';

/** What can change, as pages know it. */
export const topics = [
  'contacts',
  'handoffs',
  'companies',
  'models',
  'imports',
  'refusals',
  'webhooks',
  'settings',
] as const;
export type Topic = (typeof topics)[number];

export type Marks = Readonly<Record<Topic, string>>;

/**
 * The present marks. A number of a sequence is seen before what took it is committed, so what was told changed can be
 * changed again a moment later.
 */
export async function readMarks(db: Db): Promise<Marks> {
  const [marks] = await db.rows<Marks>(
    `select (select last_value from changed_changed_id_seq)
         || ' ' || exists (select from changed)
         || ' ' || coalesce((select max(m.at) from model s, lateral
              (select max(recorded_at) as at from move where model_id = s.model_id) m where s.state = 'serving'), 0)
         as contacts,
       (select last_value from handoff_id)
         || ' ' || coalesce((select max(notice_id) from handoff_notice), 0) || ' ' || coalesce((select max(changed_at) from seller), 0)
         as handoffs,
       (select last_value from changed_company_changed_id_seq)::text as companies,
       (select count(*) || ' ' || coalesce(max(model_id), 0) || ' ' || count(*) filter (where state = 'serving')
         || ' ' || coalesce(max(released_at), 0) || ' ' || coalesce(max(served_from), 0) from model)
         || ' ' || coalesce((select max(changed_at) from draft), 0) as models,
       (select coalesce(max(import_id), 0) from import)
         || ' ' || (select count(*) || ' ' || coalesce(sum(position), 0) from import where state in ('waiting', 'running'))
         as imports,
       (select coalesce(max(refusal_id), 0) from refusal)::text as refusals,
       (select coalesce(max(delivery_id), 0) from webhook_delivery)::text as webhooks,
       (select coalesce(max(audit_id), 0) from audit)::text as settings`,
  );
  if (marks === undefined) throw new Error('a query without a table gave no row');
  return marks;
}
