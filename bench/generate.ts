// Decides what the made-up leads of the benchmark look like: contacts, companies and a log of events, as Parquet files.
// Refuses to know how they are scored. Every value is a hash of its row number, so a size always gives the same rows.

import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';

/** How many rows to make, where, and whether events carry an `id` (then about one row in a thousand is there twice). */
export interface Size {
  contacts: number;
  events: number;
  folder: string;
  ids: boolean;
}

/** The instant the benchmark scores for. The log runs half a day past it, so a few events are still in the future. */
export const AS_OF = '2026-06-30T12:00:00Z';

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const list = (values: readonly string[]): string => `[${values.map(quoted).join(', ')}]`;

const LEVELS = [
  'Manager',
  'Specialist',
  'Engineer',
  'Senior Manager',
  'Consultant',
  'Head of',
  'Director of',
  'Analyst',
  'Team Lead,',
  'Founder',
  'Assistant',
  'CEO',
  'VP',
  'Student',
  'Coordinator',
  'CTO',
  'HEAD OF',
  'Intern',
  'Directeur général,',
  'Co-Founder & CEO',
  'Geschäftsführer',
  'Sales Representative,',
  'Deputy director -',
  'Müdür',
];
const FUNCTIONS = [
  'Sales',
  'Marketing',
  'Engineering',
  'Finance',
  'Operations',
  'Product',
  'Human Resources',
  'IT',
  'Customer Success',
  'Legal',
  'Données',
  'Purchasing',
  'Growth',
  'Support',
  'Logistics',
  'Research',
  'Quality',
  'Design',
  'Security',
  'Data',
];
const COUNTRIES = [
  'DE',
  'US',
  'FR',
  'GB',
  'RO',
  'de',
  'NL',
  'ES',
  'IT',
  'PL',
  'MD',
  'SE',
  'IN',
  'BR',
  'CA',
  'AT',
  'CH',
  'TR',
  'AU',
  'JP',
];
const INDUSTRIES = [
  'Software',
  'Manufacturing',
  'Retail',
  'Health Care',
  'Finance',
  'Education',
  'Logistics',
  'software',
  'Energy',
  'Media',
  'Construction',
  'Public Sector',
  'Télécom',
  'Agriculture',
  'Insurance',
  'Travel',
];
const SOURCES = ['organic search', 'referral', 'paid search', 'event', 'import', 'partner', 'social', 'direct'];
const TOPICS = [
  'Security',
  'Pricing',
  'Onboarding',
  'Analytics',
  'Integration',
  'Compliance',
  'Automation',
  'Reporting',
  'Migration',
  'Support',
  'Forecasting',
  'Hiring',
  'Planning',
  'Quality',
  'Mobile',
  'Storage',
  'Networks',
  'Billing',
  'Privacy',
  'security',
];
const FORMS = [
  'newsletter',
  'contact',
  'demo',
  'quote',
  'assessment',
  'free-consultation',
  'Free-Consultation',
  'event',
];
const FREE_MAIL = ['gmail.com', 'outlook.com', 'yahoo.com', 'web.de'];

/** Twenty events in a row of numbers make these visits: five mails of one event, then four visits to the site. */
const VISITS = [0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8];
const STEPS = VISITS.map((visit, at) => at - VISITS.indexOf(visit));

const MACROS = `
CREATE TEMP MACRO h(i, salt) AS hash(i::BIGINT * 64 + salt);
CREATE TEMP MACRO u(i, salt) AS (h(i, salt) >> 11)::DOUBLE / 9007199254740992;
CREATE TEMP MACRO pick(items, i, salt) AS items[1 + (h(i, salt) % len(items))::INTEGER];
-- The first items are picked far more often than the last.
CREATE TEMP MACRO skewed(items, i, salt) AS items[1 + floor(len(items) * u(i, salt) ** 2.5)::INTEGER];
CREATE TEMP MACRO contact_key(n) AS 'c' || lpad(n::VARCHAR, 7, '0');
CREATE TEMP MACRO company_key(n) AS 'a' || lpad(n::VARCHAR, 6, '0');
CREATE TEMP MACRO created_ms(n) AS epoch_ms(TIMESTAMP '2023-07-01') + (u(n, 1) * 1095 * 86400000)::BIGINT;
CREATE TEMP MACRO path_of(i) AS CASE
  WHEN u(i, 20) < 0.20 THEN '/'
  WHEN u(i, 20) < 0.24 THEN CASE WHEN u(i, 21) < 0.02 THEN '/Pricing' ELSE '/pricing' END
  WHEN u(i, 20) < 0.25 THEN '/pricing/' || pick(['enterprise', 'team', 'faq', 'compare'], i, 22)
  WHEN u(i, 20) < 0.50 THEN '/product/' || floor(160 * u(i, 23) ** 2)::INTEGER
  WHEN u(i, 20) < 0.72 THEN '/blog/' || floor(1100 * u(i, 24) ** 2)::INTEGER
  WHEN u(i, 20) < 0.88 THEN '/docs/' || floor(500 * u(i, 25) ** 2)::INTEGER
  WHEN u(i, 20) < 0.95 THEN '/customers/' || floor(150 * u(i, 26))::INTEGER
  ELSE '/careers/' || floor(80 * u(i, 27))::INTEGER END;
`;

const companiesSql = (companies: number): string => `
SELECT company_key(n) AS id, 'co' || n || '.example' AS domain,
  CASE WHEN u(n, 2) < 0.9 THEN floor(exp(1 + 8 * u(n, 3)))::INTEGER END AS employees,
  CASE WHEN u(n, 4) < 0.9 THEN skewed(${list(INDUSTRIES)}, n, 5) END AS industry,
  CASE WHEN u(n, 6) < 0.9 THEN skewed(${list(COUNTRIES)}, n, 7) END AS country
FROM range(${companies}) AS r(n)`;

// Six in a hundred contacts have an address and nothing else; one in four has no company_id, half of those a company's
// mail domain. Budget is text, as exports have it: mostly a number.
const contactsSql = (contacts: number, companies: number): string => `
WITH bare AS (SELECT n, u(n, 8) < 0.06 AS empty, floor(${companies} * u(n, 9) ** 1.5)::INTEGER AS company FROM range(${contacts}) AS r(n))
SELECT contact_key(n) AS id,
  'person' || n || '@' || CASE WHEN u(n, 10) < 0.87 THEN 'co' || company || '.example' ELSE pick(${list(FREE_MAIL)}, n, 11) END AS email,
  CASE WHEN u(n, 10) < 0.75 THEN company_key(company) END AS company_id,
  CASE WHEN u(n, 12) < 0.98 THEN make_timestamp(created_ms(n) * 1000) END AS created_at,
  CASE WHEN NOT empty AND u(n, 13) < 0.85 THEN skewed(${list(LEVELS)}, n, 14) || ' ' || pick(${list(FUNCTIONS)}, n, 15) END AS title,
  CASE WHEN NOT empty AND u(n, 16) < 0.4 THEN pick(${list(FUNCTIONS)}, n, 17) WHEN NOT empty AND u(n, 16) < 0.42 THEN ' ' END AS department,
  CASE WHEN NOT empty AND u(n, 18) < 0.9 THEN skewed(${list(COUNTRIES)}, n, 19) END AS country,
  CASE WHEN NOT empty AND u(n, 28) < 0.8 THEN skewed(${list(INDUSTRIES)}, n, 29) END AS industry,
  CASE WHEN NOT empty AND u(n, 30) < 0.5 THEN floor(exp(1 + 8 * u(n, 31)))::INTEGER END AS employees,
  CASE WHEN NOT empty AND u(n, 32) < 0.3 THEN '+49 30 ' || (1000000 + h(n, 33) % 9000000) END AS phone,
  CASE WHEN NOT empty AND u(n, 34) < 0.25 THEN (500 * floor(100 * u(n, 35) ** 2))::INTEGER::VARCHAR
       WHEN NOT empty AND u(n, 34) < 0.27 THEN 'not known' END AS budget,
  CASE WHEN NOT empty THEN skewed(${list(SOURCES)}, n, 36) END AS source
FROM bare`;

// A visit belongs to one contact: a fifth of them never come, the keenest comes thousands of times. Most visits lie in
// the weeks after the contact was created. What happens in a visit depends on the event's own number.
const eventsSql = (contacts: number, events: number, ids: boolean): string => `
WITH numbered AS (
  SELECT i, (i // 20) * 9 + ${`[${VISITS.join(', ')}]`}[1 + i % 20] AS visit, ${`[${STEPS.join(', ')}]`}[1 + i % 20] AS step
  FROM range(${events}) AS r(i)
), placed AS (
  SELECT i, visit % 9 < 5 AS mail, step,
    (floor(${Math.floor(contacts * 0.8)} * u(visit, 40) ** 1.7)::BIGINT * 7368787 + 13) % ${contacts} AS contact, visit
  FROM numbered
), timed AS (
  SELECT i, mail, contact,
    CASE WHEN u(visit, 41) < 0.6 AND created_ms(contact) > epoch_ms(TIMESTAMP '2024-07-01')
         THEN created_ms(contact) + (-ln(1 - u(visit, 42)) * 60 * 86400000)::BIGINT END AS near,
    epoch_ms(TIMESTAMP '2024-07-01') + (u(visit, 43) * 730 * 86400000)::BIGINT AS anywhere,
    step * (CASE WHEN u(visit, 44) < 0.05 THEN 1900000 ELSE 60000 END) + (h(i, 45) % 55000)::BIGINT AS later
  FROM placed
), named AS (
  SELECT i, contact, (CASE WHEN near < epoch_ms(TIMESTAMP '2026-07-01') THEN near ELSE anywhere END) + later AS ms,
    CASE WHEN mail THEN CASE WHEN u(i, 46) < 0.80 THEN 'email_opened' WHEN u(i, 46) < 0.985 THEN 'email_clicked' ELSE 'email_unsubscribed' END
      WHEN u(i, 46) < 0.720 THEN 'page_viewed' WHEN u(i, 46) < 0.830 THEN 'content_viewed' WHEN u(i, 46) < 0.870 THEN 'content_downloaded'
      WHEN u(i, 46) < 0.910 THEN 'video_watched' WHEN u(i, 46) < 0.945 THEN 'search_performed' WHEN u(i, 46) < 0.970 THEN 'social_engaged'
      WHEN u(i, 46) < 0.985 THEN 'form_submitted' WHEN u(i, 46) < 0.993 THEN 'webinar_registered' WHEN u(i, 46) < 0.998 THEN 'webinar_attended'
      ELSE 'trial_started' END AS name,
    floor(500 * u(i, 47) ** 2)::INTEGER AS content
  FROM timed
)
SELECT ${ids ? "'e' || lpad(to_hex(h(i, 48)), 16, '0') AS id, " : ''}contact_key(contact) AS contact_id, name, make_timestamp(ms * 1000) AS at,
  CASE WHEN name = 'page_viewed' THEN path_of(i) END AS path,
  CASE WHEN name IN ('content_viewed', 'content_downloaded') THEN 'guide-' || lpad(content::VARCHAR, 3, '0') END AS content,
  CASE WHEN name IN ('content_viewed', 'content_downloaded') THEN ${list(TOPICS)}[1 + CASE WHEN content % 19 = 0 AND u(i, 49) < 0.3 THEN 19 ELSE content % 19 END]
       WHEN name LIKE 'webinar%' THEN pick(${list(TOPICS)}, i, 50) END AS topic,
  CASE WHEN name = 'form_submitted' THEN skewed(${list(FORMS)}, i, 51) END AS form,
  CASE WHEN name = 'page_viewed' AND u(i, 52) < 0.95 THEN ceil(-ln(1 - u(i, 53)) * 45)::INTEGER
       WHEN name = 'video_watched' THEN 20 + (h(i, 54) % 1500)::INTEGER END AS seconds
FROM named${ids ? ', range(CASE WHEN u(i, 55) < 0.001 THEN 2 ELSE 1 END) AS copies' : ''}
ORDER BY ms, i`;

/** Writes contacts.parquet, companies.parquet (a tenth as many) and events.parquet (in time order) into the folder. */
export async function generate(size: Size): Promise<void> {
  mkdirSync(size.folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  await db.run(`SET temp_directory = ${quoted(join(size.folder, 'spill'))}; SET preserve_insertion_order = true;`);
  await db.run(MACROS);
  const companies = Math.max(1, Math.floor(size.contacts / 10));
  const files: [string, string][] = [
    ['companies.parquet', companiesSql(companies)],
    ['contacts.parquet', contactsSql(size.contacts, companies)],
    ['events.parquet', eventsSql(size.contacts, size.events, size.ids)],
  ];
  for (const [name, sql] of files) {
    const path = join(size.folder, name);
    const start = performance.now();
    await db.run(`COPY (${sql}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION snappy)`);
    const seconds = (performance.now() - start) / 1000;
    console.log(`${path}  ${(statSync(path).size / 1e6).toFixed(1)} MB  ${seconds.toFixed(1)} s`);
  }
  db.closeSync();
  instance.closeSync();
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      contacts: { type: 'string', default: '1000000' },
      events: { type: 'string', default: '20000000' },
      folder: { type: 'string', default: 'bench/data/1000000-20000000' },
      ids: { type: 'boolean', default: false },
    },
  });
  const [contacts, events] = [Number(values.contacts), Number(values.events)];
  if (
    !Number.isSafeInteger(contacts) ||
    contacts < 10 ||
    contacts > 9_999_999 ||
    !Number.isSafeInteger(events) ||
    events < 0
  ) {
    console.error('generate: --contacts takes a whole number from 10 to 9999999, --events one from 0');
    process.exit(2);
  }
  await generate({ contacts, events, folder: values.folder, ids: values.ids });
}
