// Decides what the made-up base of the service's benchmarks looks like: contacts, companies and events straight in its
// tables. Refuses to know what is measured on it.

import type { Db } from '../src/store/db.ts';

/** The instant for which it is made. */
export const NOW = Date.UTC(2026, 5, 30, 12);
const DAY = 86_400_000;

/** A base made up by hashing row numbers; the same each time. */
export async function fillBase(db: Db, contacts: number, events: number): Promise<void> {
  // Rows that are there before their indexes come in a fraction of the time.
  const indexes = await db.rows<{ name: string; made: string }>(
    `select indexname as name, indexdef as made from pg_indexes where tablename = 'event' and schemaname = current_schema`,
  );
  await db.script('alter table event drop constraint if exists event_pkey');
  for (const { name } of indexes) await db.script(`drop index if exists ${name}`);
  await db.script(
    `
    truncate contact, event, company, standing, score, history, move, changed, changed_company,
      company_standing, company_score, company_history, model;
    insert into company (company_id, key, created_at, traits)
      select k, 'k' || k, ${NOW - 400 * DAY}, jsonb_build_object('employees', hashint8(k) & 1023)
      from generate_series(1, greatest(1, ${contacts} / 10)) as k;
    insert into contact (contact_id, created_at, company_id, traits)
      select c, ${NOW - 400 * DAY}, 1 + c % greatest(1, ${contacts} / 10), jsonb_build_object(
        'title', (array['CEO', 'CTO', 'Head of Sales', 'Engineer', 'Student', 'Analyst'])[1 + (hashint8(c) & 1023) % 6],
        'industry', (array['Software', 'Finance', 'Retail'])[1 + (hashint8(c + 1) & 1023) % 3],
        'country', (array['DE', 'RO', 'US', 'BR'])[1 + (hashint8(c + 2) & 1023) % 4],
        'email', 'c' || c || '@d' || c % 1000 || '.example', 'company_id', 'k' || 1 + c % greatest(1, ${contacts} / 10))
      from generate_series(1, ${contacts}) as c;
    insert into event (contact_id, event_id, name, at, received_at, properties)
      select 1 + e % ${contacts}, 'e' || e,
        (array['page_viewed', 'page_viewed', 'page_viewed', 'email_opened', 'email_clicked', 'content_viewed',
               'content_downloaded', 'webinar_attended', 'form_submitted'])[1 + (hashint8(e) & 1023) % 9],
        ${NOW} - (hashint8(e + 7) & 2147483647)::bigint * 14, ${NOW}, jsonb_build_object(
          'path', (array['/pricing', '/docs/a', '/customers/b', '/careers/c', '/'])[1 + (hashint8(e + 1) & 1023) % 5],
          'seconds', hashint8(e + 2) & 511, 'content', 'guide-' || (hashint8(e + 3) & 15), 'topic', 't' || (hashint8(e + 4) & 7))
      from generate_series(1, ${events}) as e;`,
  );
  for (const { made } of indexes) await db.script(made);
  for (const table of ['contact', 'event', 'company']) await db.rows(`vacuum analyze ${table}`);
}
