/**
 * What contacts, companies and events have, and what it holds most often, from the newest of each. It decides how many are
 * looked at; it refuses to know what a model asks for.
 */

import { texts } from './columns.ts';
import type { Db } from './db.ts';

interface KnownField {
  readonly name: string;
  readonly count: number;
  readonly values: { value: string; count: number }[];
}

export interface KnownFields {
  /** How many were looked at. */
  readonly sampled: { contacts: number; companies: number; events: number };
  readonly contact: KnownField[];
  readonly company: KnownField[];
  readonly events: { name: string; count: number; properties: KnownField[] }[];
}

/** Looked at: enough to meet what is common. */
const CONTACTS = 5_000;
const EVENTS = 500;
const NAMES = 200;
const FIELDS = 100;
const VALUES = 20;
/** A longer text is nobody's to choose from a list. */
const LONGEST = 100;

/** The most common names first, each with its most common values. */
const COUNTED = `
  , each as (select s.of, f.key as name, f.value from sample s, jsonb_each(s.facts) f where f.value <> 'null'),
  named as (select of, name, count(*) as n, row_number() over (partition by of order by count(*) desc, name) as place
    from each group by of, name),
  one as (select of, name, case when jsonb_typeof(value) = 'array' then v else value end as value
    from each left join lateral (select v from jsonb_array_elements(case when jsonb_typeof(value) = 'array' then value
      else '[]' end) v) list on true),
  valued as (select of, name, value #>> '{}' as value, count(*) as n,
      row_number() over (partition by of, name order by count(*) desc, value #>> '{}') as place
    from one where jsonb_typeof(value) in ('string', 'number', 'boolean') and length(value #>> '{}') between 1 and ${LONGEST}
    group by of, name, value #>> '{}')
  select of, name, n as count, coalesce((select json_agg(json_build_object('value', v.value, 'count', v.n) order by v.place)
    from valued v where v.of = named.of and v.name = named.name and v.place <= ${VALUES}), '[]') as values
  from named where place <= ${FIELDS} order by of, place`;

type Row = KnownField & { readonly of: string };

export async function readFields(db: Db): Promise<KnownFields> {
  const facts = async (of: 'contact' | 'company') => {
    const found = await db.rows<Row>(
      `with sample as materialized (select '' as of, traits as facts from ${of} order by ${of}_id desc limit $1) ${COUNTED}`,
      [CONTACTS],
    );
    const [row] = await db.rows<{ n: number }>(
      `select count(*) as n from (select from ${of} order by ${of}_id desc limit $1) s`,
      [CONTACTS],
    );
    return { fields: found.map(shown), sampled: row?.n ?? 0 };
  };
  const [contact, company] = [await facts('contact'), await facts('company')];
  // From one name to the next along the index: the table may hold millions of each.
  const names = await db.rows<{ name: string }>(
    `with recursive names as (
       (select name from event order by name limit 1)
       union all select (select e.name from event e where e.name > names.name order by e.name limit 1)
       from names where names.name is not null)
     select name from names where name is not null limit $1`,
    [NAMES],
  );
  const sample = `with sample as materialized (
    select n.name as of, e.properties as facts from unnest($1::text[]) as n (name), lateral
      (select properties from event where event.name = n.name order by at desc limit $2) e)`;
  const asked = [texts(names.map(({ name }) => name)), EVENTS];
  const counts = await db.rows<{ name: string; n: number }>(
    `${sample} select of as name, count(*) as n from sample group by of order by n desc, of`,
    asked,
  );
  const properties = Map.groupBy(await db.rows<Row>(`${sample} ${COUNTED}`, asked), ({ of }) => of);
  return {
    sampled: {
      contacts: contact.sampled,
      companies: company.sampled,
      events: counts.reduce((sum, { n }) => sum + n, 0),
    },
    contact: contact.fields,
    company: company.fields,
    events: counts.map(({ name, n }) => ({ name, count: n, properties: (properties.get(name) ?? []).map(shown) })),
  };
}

const shown = ({ name, count, values }: Row): KnownField => ({ name, count, values });
