// Decides what is measured of searches: the first page of each kind over a large base, asked through the API with other
// constants each time. Refuses to know how a search is answered. Names are made up from syllables by a fixed seed.
//
//   node bench/search.ts [--contacts 1000000] [--rounds 12] [--data folder]
//
// With --data the base is kept in the folder, and found there by the next run.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createServer } from '../src/server.ts';
import { openDb, type Pooled } from '../src/store/db.ts';
import { startPostgres } from '../src/store/embedded.ts';
import { createKey } from '../src/store/keys.ts';
import { migrate } from '../src/store/migrate.ts';
import { readingsOf } from '../src/store/readings.ts';
import { machine } from './measure.ts';

const NOW = Date.UTC(2026, 5, 30, 12);
const DAY = 86_400_000;
const LIMIT = 500;

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '12' },
    data: { type: 'string' },
  },
});
const contacts = Number(values.contacts);
const companies = Math.ceil(contacts / 10);

/** A whole number below `below` that belongs to `n`; another for each salt. */
function hash(n: number, salt: number, below: number): number {
  let x = Math.imul(n ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 16), 0x27d4eb2f);
  return ((x ^ (x >>> 15)) >>> 0) % below;
}
const pick = <Item>(list: readonly Item[], n: number, salt: number): Item => list[hash(n, salt, list.length)] as Item;

const FIRST =
  'Anna Maria Ion Elena Andrei Ayşe Mehmet Ivan Ольга Сергей Lukas Sophie Jürgen François Zoë Pavel Katarzyna Ștefan Chen Wei Priya Omar Fatima James Olivia Noah Emma Liam Mia Hugo Clara Diego Lucía Björn Freja'.split(
    ' ',
  );
const STARTS = 'Al Be Chor Dra Ek Fal Gor Hei Ib Jan Kov Lem Mar Nor Ost Pop Quin Rad Sto Tur Ur Vas Wes Yil Zim'.split(
  ' ',
);
const MIDDLES = 'a an ber do en fi go har il ke lo man na or per ra sa te un vi'.split(' ');
const ENDS = 'son escu ova mann er ski oğlu ini dez eau berg wood ic enko ides'.split(' ');
const LEVELS =
  'Manager|Specialist|Engineer|Senior Manager|Consultant|Head of|Director of|Analyst|Founder|Assistant|CEO|VP|Student|CTO|Intern|Directeur général,|Geschäftsführer|Müdür'.split(
    '|',
  );
const FUNCTIONS =
  'Sales|Marketing|Engineering|Finance|Operations|Product|Human Resources|IT|Customer Success|Legal|Purchasing|Logistics|Quality|Security'.split(
    '|',
  );
const COUNTRIES = 'DE US FR GB RO NL ES IT PL MD SE IN BR CA AT CH TR AU JP'.split(' ');
const INDUSTRIES =
  'Software|Manufacturing|Retail|Health Care|Finance|Education|Logistics|Energy|Media|Construction|Public Sector|Agriculture|Insurance|Travel|Shipbuilding'.split(
    '|',
  );
const TRADES = 'Logistik Software Systems Foods Energy Partners Design Labs Steel Travel'.split(' ');
const FORMS = 'GmbH SRL Inc Ltd AG SAS Holding'.split(' ');

const surname = (n: number, salt: number): string =>
  `${pick(STARTS, n, salt)}${pick(MIDDLES, n, salt + 1)}${hash(n, salt + 2, 3) === 0 ? pick(MIDDLES, n, salt + 3) : ''}${pick(ENDS, n, salt + 4)}`;

function companyTraits(n: number) {
  const size = Math.floor(Math.exp(1 + hash(n, 21, 8_000) / 1_000));
  return {
    name: `${surname(n, 30)} ${pick(TRADES, n, 35)} ${pick(FORMS, n, 36)}`,
    // A few are of a rare kind, and those are small.
    industry: n % 500 === 0 ? 'Shipbuilding' : pick(INDUSTRIES.slice(0, -1), n, 22),
    employees: n % 500 === 0 ? 1 + (size % 50) : size,
    country: pick(COUNTRIES, n, 23),
  };
}

function contactTraits(n: number) {
  const [first, last] = [pick(FIRST, n, 1), surname(n, 2)];
  const company = 1 + hash(n, 8, companies);
  const mail = `${first}.${last}${n % 97}`
    .normalize('NFKD')
    .replace(/[^\w.]/g, '')
    .toLowerCase();
  const host = surname(company, 30).normalize('NFKD').replace(/[^\w]/g, '').toLowerCase();
  return {
    email: `${mail}@${host}${company}.example`,
    first_name: first,
    last_name: last,
    title: `${pick(LEVELS, n, 9)} ${pick(FUNCTIONS, n, 10)}`,
    country: pick(COUNTRIES, n, 11),
    industry: pick(INDUSTRIES, n, 12),
    company_id: `k${company}`,
    ...(hash(n, 13, 5) < 2 ? { budget: String(Math.floor(Math.exp(5 + hash(n, 14, 8_000) / 1_000))) } : {}),
    ...(hash(n, 15, 4) === 0 ? { phone: `+40 ${100_000_000 + hash(n, 16, 899_999_999)}` } : {}),
    ...(hash(n, 17, 10) === 0
      ? { trial_ends: new Date(NOW + (hash(n, 18, 400) - 300) * DAY).toISOString().slice(0, 10) }
      : {}),
  };
}

/** The step by which contacts are gone through, so that the keenest are far from each other. */
const STRIDE = 7_919;

async function fill(db: Pooled): Promise<void> {
  await db.script('truncate contact, company, identity, event, score, standing');
  const rows = (count: number, from: number, make: (n: number) => object): string =>
    JSON.stringify(Array.from({ length: Math.min(5_000, count - from + 1) }, (_, i) => make(from + i)));
  for (let from = 1; from <= companies; from += 5_000)
    await db.rows(
      `insert into company (company_id, key, created_at, traits, readings) select id, 'k' || id, ${NOW - 400 * DAY}, traits, readings
       from jsonb_to_recordset($1::jsonb) as t (id bigint, traits jsonb, readings jsonb)`,
      [
        rows(companies, from, (id) => {
          const traits = companyTraits(id);
          return { id, traits, readings: readingsOf(traits) };
        }),
      ],
    );
  for (let from = 1; from <= contacts; from += 5_000)
    await db.rows(
      `insert into contact (contact_id, company_id, created_at, traits, readings) select id, company, at, traits, readings
       from jsonb_to_recordset($1::jsonb) as t (id bigint, company bigint, at bigint, traits jsonb, readings jsonb)`,
      [
        rows(contacts, from, (id) => {
          const traits = contactTraits(id);
          const company = Number(traits.company_id.slice(1));
          return { id, company, at: NOW - hash(id, 19, 900) * DAY - id, traits, readings: readingsOf(traits) };
        }),
      ],
    );
  // Whoever did more has more points for interest; three in ten did nothing.
  const contact = (rank: string): string => `1 + (${rank} * ${STRIDE}) % ${contacts}`;
  await db.script(`
    insert into identity (value, kind, contact_id, first_seen_at)
      select traits->>'email', 'email', contact_id, created_at from contact on conflict do nothing;
    insert into event (contact_id, event_id, name, at, received_at, properties)
      select ${contact(`floor(${contacts} * 0.7 * ((hashint8(e) & 1048575) / 1048576.0) ^ 2)::bigint`)}, 'e' || e,
        (array['page_viewed', 'page_viewed', 'page_viewed', 'page_viewed', 'email_opened', 'email_clicked', 'content_viewed',
               'content_downloaded', 'form_submitted'])[1 + (hashint8(e + 5) & 1023) % 9],
        ${NOW} - ((hashint8(e + 7) & 1073741823)::bigint * 90), ${NOW}, jsonb_build_object(
          'path', (array['/pricing', '/docs/a', '/customers/b', '/careers/c', '/'])[1 + (hashint8(e + 1) & 1023) % 5],
          'seconds', hashint8(e + 2) & 511)
      from generate_series(1::bigint, ${contacts * 3}) as e;
    insert into event (contact_id, event_id, name, at, received_at)
      select 1 + (hashint8(e) & 1048575) % ${contacts}, 'w' || e, 'webinar_attended',
        ${NOW} - ((hashint8(e + 7) & 1073741823)::bigint * 30), ${NOW} from generate_series(1::bigint, ${contacts / 200}) as e;
    insert into score (contact_id, model_id, name, points, grade, band)
      select contact_id, 1, s.name, s.points,
        case s.name when 'fit' then case when points >= 50000000 then 'A' when points >= 35000000 then 'B' when points >= 15000000 then 'C' when points is not null then 'D' end
          when 'interest' then case when points >= 60000000 then 'A' when points >= 25000000 then 'B' when points >= 5000000 then 'C' when points is not null then 'D' end end,
        case s.name when 'total' then case when points >= 70000000 then 'hot' when points >= 40000000 then 'warm' when points is not null then 'cold' end end
      from (select contact_id, case when traits->>'title' ~ '^(Student|Intern|Assistant)' then -20 - (hashint8(rank) & 15)
            else (hashint8(rank) & 1023) % 100 end * 1000000::bigint as fit,
          case when rank < ${contacts * 0.7} then greatest(0, 60 - 90 * (rank::float8 / ${contacts}) ^ 0.3 + (hashint8(rank + 1) & 15))::bigint * 1000000 end as interest
        from generate_series(0::bigint, ${contacts} - 1) as rank join contact on contact_id = ${contact('rank')}) as r,
      lateral (values ('fit', fit), ('interest', interest),
        ('total', least(100000000, greatest(0, fit * 6 / 10 + coalesce(interest, 0))))) as s (name, points);
    insert into standing (contact_id, model_id, as_of, stage, disqualified, parts)
      select contact_id, 1, ${NOW}, case when points >= 70000000 then 'sql' when points >= 40000000 then 'mql' end,
        null, '{}' from score where name = 'total';`);
  for (const table of ['contact', 'event', 'company', 'score', 'standing', 'identity'])
    await db.rows(`vacuum analyze ${table}`);
  await db.rows(
    `insert into model (name, version, document, state, published_at, published_by, served_from)
     values ('bench', 1, $1, 'serving', ${NOW}, 'bench', ${NOW})`,
    [readFileSync(new URL('model.yaml', import.meta.url), 'utf8')],
  );
}

/** As the page asks when somebody types into its search field. */
const find = (text: string) => ({
  all: text.split(' ').map((word) => ({
    any: ['email', 'first_name', 'last_name', 'name', 'title', 'company.name'].map((field) => ({
      [field]: { contains: word },
    })),
  })),
});

/** Each kind makes its search from the number of the round. */
const KINDS: Readonly<Record<string, (round: number) => object>> = {
  'find: a common word': (r) => find(['engineer', 'maria', 'manager', 'gmbh', 'sales'][r % 5] ?? ''),
  'find: a surname': (r) => find(surname(r * 31 + 5, 2)),
  'find: first and last name': (r) => find(`${pick(FIRST, r * 77 + 1, 1)} ${surname(r * 77 + 1, 2)}`),
  'find: a company': (r) => find(`${surname(r * 13 + 2, 30)} ${pick(TRADES, r * 13 + 2, 35)}`),
  'find: an address': (r) => find(contactTraits(1 + hash(r, 99, contacts)).email),
  'find: two letters, common': (r) => find(['an', 'it', 'sa', 'hr'][r % 4] ?? ''),
  'find: two letters, in nobody': (r) => find(['qq', 'xj', 'jx', 'qz'][r % 4] ?? ''),
  'find: a word in nobody': (r) => find(`xyzzy${r}`),
  'find: common words, nobody has both': (r) => find(['student ceo', 'intern cto', 'student vp'][r % 3] ?? ''),
  'find: in Cyrillic': (r) => find(['ольга', 'сергей', 'сергеич'][r % 3] ?? ''),
  'find: a word of those with low scores': (r) => find(['student', 'intern', 'assistant'][r % 3] ?? ''),
  'is: country': (r) => ({ country: { is: pick(COUNTRIES, r, 1) } }),
  'is: country, industry and no such title': (r) => ({
    country: { is: pick(COUNTRIES, r, 1) },
    industry: { is: pick(INDUSTRIES, r, 2) },
    title: { contains: 'astronaut' },
  }),
  'country, title and score': (r) => ({
    country: { is: pick(COUNTRIES, r, 1) },
    title: { mentions: ['head of', 'ceo'] },
    score: { total: { atLeast: 50 + (r % 10) } },
  }),
  'contains: common': (r) => ({ title: { contains: ['sales', 'head', 'engineer'][r % 3] } }),
  'contains: rare': (r) => ({ last_name: { contains: surname(r * 5 + 3, 2).slice(0, 7) } }),
  'contains: in nobody': (r) => ({ title: { contains: `astronaut ${r}` } }),
  'number: a wide range': (r) => ({ budget: { atLeast: 1_000 + r } }),
  'number: a narrow range': (r) => ({ budget: { between: [300_000 + r * 1_000, 301_000 + r * 1_000] } }),
  'number: in nobody': (r) => ({ budget: { atLeast: 10_000_000 + r } }),
  'number, country and a common event': (r) => ({
    budget: { atLeast: 200_000 + r },
    country: { is: pick(COUNTRIES, r, 1) },
    event: { on: 'page_viewed', within: '90d' },
  }),
  'date: within two days': (r) => ({
    all: [{ trial_ends: { after: '2026-06-10' } }, { trial_ends: { before: `2026-06-1${2 + (r % 3)}` } }],
  }),
  'date: in nobody': (r) => ({ trial_ends: { before: `20${10 + r}-01-01` } }),
  'company: industry and size': (r) => ({
    'company.industry': { is: pick(INDUSTRIES, r, 2) },
    'company.employees': { between: [50, 500 + r] },
  }),
  'company: industry and size, nobody': (r) => ({
    'company.industry': { is: 'Shipbuilding' },
    'company.employees': { atLeast: 5_000 + r },
  }),
  'company: industry, contact: title and event': (r) => ({
    'company.industry': { is: pick(INDUSTRIES, r, 2) },
    title: { contains: 'head' },
    event: { on: 'form_submitted', within: '180d' },
  }),
  'event: a rare one': (r) => ({ event: { on: 'webinar_attended', within: `${20 + r}d` } }),
  'event: common, lately': (r) => ({ event: { on: 'page_viewed', within: `${2 + r}d` } }),
  'count: of a common event': (r) => ({ event: { on: 'page_viewed', within: `${60 + r}d`, count: { atLeast: 3 } } }),
  'count: of a common event, few': (r) => ({
    event: { on: 'page_viewed', within: `${30 + r}d`, count: { atLeast: 8 } },
  }),
  'count: of a common event, nobody': (r) => ({ event: { on: 'page_viewed', count: { atLeast: 5_000 + r } } }),
  'count, title and size': (r) => ({
    event: { on: 'page_viewed', within: '365d', count: { atLeast: 5 } },
    title: { contains: 'director' },
    'company.employees': { atLeast: 1_000 + r },
  }),
  'never seen, known title, low score': (r) => ({
    event: { on: 'any', count: { atMost: 0 } },
    title: { contains: 'legal' },
    score: { fit: { lessThan: r } },
  }),
  'score alone': (r) => ({ score: { fit: { atLeast: 80 }, interest: { lessThan: 10 + r } } }),
  'event with a property': (r) => ({
    event: { on: 'form_submitted', where: { path: { startsWith: '/pricing' } }, within: `${100 + r}d` },
  }),
};

const dataDir = values.data ?? mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
const postgres = await startPostgres({ dataDir });
const db = openDb(postgres.url);
try {
  await migrate(db, NOW);
  // What is written last says that the rest is there.
  if ((await db.rows("select from model where state = 'serving'")).length === 0) {
    const began = performance.now();
    await fill(db);
    console.log(`filled in ${Math.round((performance.now() - began) / 1_000)} s`);
  }
  const app = createApp({ db, config: readConfig({}), log: pino({ level: 'silent' }), clock: () => NOW });
  const server = await createServer(app);
  const { key } = await createKey(db, { name: 'bench', scope: 'read', by: 'bench', now: NOW });
  const ask = async (url: string, body: object): Promise<{ ms: number; answer: Record<string, unknown> }> => {
    const began = performance.now();
    const answer = await server.inject({ method: 'POST', url, headers: { authorization: `Bearer ${key}` }, body });
    if (answer.statusCode !== 200) throw new Error(`${JSON.stringify(body)}: ${answer.body}`);
    return { ms: performance.now() - began, answer: answer.json() };
  };
  const middle = (list: number[], share: number): number =>
    Math.round(list.sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0);

  console.log(`${machine()}; ${contacts.toLocaleString('en')} contacts, ${companies.toLocaleString('en')} companies`);
  console.log('\n| search, sorted by score | found | first page p50 | p95 | most | count p50 | p95 |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  let over = 0;
  for (const [kind, searchOf] of Object.entries(KINDS)) {
    const took: number[] = [];
    const counting: number[] = [];
    const counts: string[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const search = { where: searchOf(round), sort: { by: 'score', score: 'total' } };
      took.push((await ask('/api/contacts/search', { ...search, limit: 50 })).ms);
      const { ms, answer } = await ask('/api/contacts/search/count', search);
      counting.push(ms);
      counts.push(`${answer.exact ? '' : '≥ '}${answer.count}`);
    }
    const p95 = middle(took, 0.95);
    if (p95 > LIMIT) over++;
    const first = `${middle(took, 0.5)} ms | ${p95} ms | ${middle(took, 1)} ms`;
    console.log(
      `| ${kind} | ${counts.slice(0, 3).join(', ')} | ${first} | ${middle(counting, 0.5)} ms | ${middle(counting, 0.95)} ms |`,
    );
  }
  console.log(`\n${over} of ${Object.keys(KINDS).length} kinds above ${LIMIT} ms at p95`);
  await server.close();
  await app.close();
} finally {
  await db.close();
  await postgres.stop();
  if (values.data === undefined) rmSync(dataDir, { recursive: true, force: true });
}
