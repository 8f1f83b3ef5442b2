-- The rival over files: the rules of model.yaml in DuckDB SQL, written and tuned by hand. It makes the view `scored`, with
-- what `scoreline score` writes but for `disqualified` and `next_change_at`, which it spares itself, and the order of rows.
-- It needs the variables as_of, contacts, companies, and the view `log` over the events (see rival.ts).
-- Points are whole millionths, thousandths of a point times thousandths of weight, as the design asks.
--
-- Tried at 1,000,000 contacts and 20,000,000 events on two threads, into a table, in seconds. The machine was shared, so
-- these are the lowest and the highest of a few runs each:
--   one filtered count a rule, a reading for each rule that needs groups of its own          9.4 to 12.5
--   counters packed into three sums, the fit before the joins instead of after               6.4 to 7.6
--   and the content and webinar events read once into `other` (this)                         6.4 to 7.1
--   and the page views of `visits`, `pricing` and `customers` read once as well              6.5 to 8.0
-- And of the pass `plain` alone: this 2.1 to 2.7; in three passes by name 4.1; with filtered counts 3.5; days and webinars
-- gathered as lists in it 0.3 to 0.7 more, which is what their own readings cost. Contact ids read as numbers were slower
-- (1.3 instead of 0.9 for the first and last instant), with a perfect hash table too.
CREATE OR REPLACE TEMP VIEW scored AS
WITH
-- Read five times: Parquet's dictionaries make each reading with a filter on `name` cheap.
e AS NOT MATERIALIZED (SELECT *, log.at AS t FROM log WHERE log.at <= getvariable('as_of')),
-- Everything that one pass can count. Three counters of 21 bits share a sum: fewer sums are quicker than nine counts.
plain AS (
  SELECT contact_id, min(t) AS first, max(t) AS last,
    max(t) FILTER (name IN ('email_opened', 'email_clicked')) AS last_mail,
    sum(CASE name
      WHEN 'email_opened' THEN (t > getvariable('as_of') - INTERVAL 180 DAY)::BIGINT
      WHEN 'email_clicked' THEN CASE WHEN t > getvariable('as_of') - INTERVAL 90 DAY THEN 1 << 21 ELSE 0 END
      WHEN 'email_unsubscribed' THEN 1::BIGINT << 42 ELSE 0 END)::BIGINT AS mails,
    sum(CASE name
      WHEN 'page_viewed' THEN CASE
        WHEN starts_with(lower(path), '/careers/') THEN 1
        WHEN t > getvariable('as_of') - INTERVAL 180 DAY AND starts_with(lower(path), '/docs/') THEN 1 << 21 ELSE 0 END
      WHEN 'form_submitted' THEN CASE WHEN lower(form) = 'free-consultation' THEN 1::BIGINT << 42 ELSE 0 END
      ELSE 0 END)::BIGINT AS deeds,
    sum(CASE name
      WHEN 'page_viewed' THEN CASE WHEN t > getvariable('as_of') - INTERVAL 365 DAY THEN (seconds // 60)::BIGINT ELSE 0 END
      WHEN 'video_watched' THEN (seconds // 300)::BIGINT << 21
      WHEN 'trial_started' THEN CASE WHEN t > getvariable('as_of') - INTERVAL 180 DAY THEN 1::BIGINT << 42 ELSE 0 END
      ELSE 0 END)::BIGINT AS amounts
  FROM e GROUP BY contact_id
),
other AS MATERIALIZED (SELECT contact_id, t, name, content, topic
  FROM e WHERE name IN ('content_viewed', 'content_downloaded', 'webinar_attended')),
-- A visit in the last 30 days needs no page view older than 30 days and 30 minutes.
visits AS (
  SELECT contact_id, count(*) AS visits FROM (
    SELECT contact_id, t, lag(t) OVER (PARTITION BY contact_id ORDER BY t) AS before
    FROM e WHERE name = 'page_viewed' AND t > getvariable('as_of') - INTERVAL 30 DAY - INTERVAL 30 MINUTE)
  WHERE t > getvariable('as_of') - INTERVAL 30 DAY AND (before IS NULL OR t - before >= INTERVAL 30 MINUTE)
  GROUP BY contact_id
),
pricing AS (
  SELECT contact_id, sum(5000 * floor(1000 * pow(2, -age / 60) + 0.5)::BIGINT)::BIGINT AS points FROM (
    SELECT DISTINCT contact_id, (getvariable('as_of')::DATE - t::DATE) AS age FROM e
    WHERE name = 'page_viewed' AND starts_with(lower(path), '/pricing'))
  GROUP BY contact_id
),
-- Weights are 0 from 365 days on; the week of the last day that counts begins at most six days earlier.
customers AS (
  SELECT contact_id, sum(2000 * ((2000 * (365 - age) + 365) // 730))::BIGINT AS points FROM (
    SELECT contact_id, (getvariable('as_of')::DATE - t::DATE) AS age,
      row_number() OVER (PARTITION BY contact_id, date_trunc('week', t) ORDER BY t) AS nth
    FROM e WHERE name = 'page_viewed' AND starts_with(lower(path), '/customers/')
      AND t >= getvariable('as_of')::DATE - INTERVAL 371 DAY)
  WHERE nth <= 3 AND age < 365 GROUP BY contact_id
),
contents AS (
  SELECT contact_id, lower(content) AS content,
    min(t) FILTER (name = 'content_viewed') AS viewed,
    min(t) FILTER (name = 'content_downloaded') AS taken
  FROM other WHERE name <> 'webinar_attended' AND content IS NOT NULL
  GROUP BY ALL
),
content AS (
  SELECT contact_id,
    3000 * sum(CASE WHEN taken IS NULL THEN 0
                    WHEN getvariable('as_of')::DATE - taken::DATE < 30 THEN 1000
                    WHEN getvariable('as_of')::DATE - taken::DATE < 180 THEN 500 ELSE 125 END)::BIGINT AS downloads,
    count(*) FILTER (taken IS NULL AND viewed <= getvariable('as_of') - INTERVAL 7 DAY) AS not_taken
  FROM contents GROUP BY contact_id
),
topics AS (
  SELECT contact_id, count(DISTINCT lower(topic)) AS topics
  FROM other WHERE name = 'content_downloaded' AND t > getvariable('as_of') - INTERVAL 365 DAY
  GROUP BY contact_id
),
webinars AS (
  SELECT contact_id, sum(12000 * floor(1000 * pow(2, -age / 90) + 0.5)::BIGINT)::BIGINT AS points FROM (
    SELECT contact_id, (getvariable('as_of')::DATE - t::DATE) AS age,
      row_number() OVER (PARTITION BY contact_id ORDER BY t) AS nth
    FROM other WHERE name = 'webinar_attended')
  WHERE nth <= 2 GROUP BY contact_id
),
people AS (
  SELECT id, CASE WHEN created_at <= getvariable('as_of') THEN created_at END AS created,
    coalesce(company_id, lower(split_part(email, '@', 2))) AS company,
    (coalesce(nullif(trim(title), ''), nullif(trim(country), ''), nullif(trim(industry), ''), nullif(trim(phone), ''),
             nullif(trim(budget), ''), nullif(trim(source), ''), nullif(trim(department), '')) IS NOT NULL OR employees IS NOT NULL) AS known,
      CASE WHEN regexp_matches(lower(strip_accents(title)), '\b(ceo|cto|founder|director|head of|directeur general)\b') THEN 25000000 ELSE 0 END
      - CASE WHEN regexp_matches(lower(strip_accents(title)), '\b(student|intern|assistant)\b') THEN 15000000 ELSE 0 END
      + CASE WHEN lower(strip_accents(trim(industry))) IN ('software', 'finance', 'insurance', 'health care', 'telecom') THEN 15500000 ELSE 0 END
      - CASE WHEN trim(country) <> '' AND lower(country) NOT IN ('de', 'at', 'ch', 'fr', 'nl', 'gb', 'us', 'ro') THEN 20000000 ELSE 0 END
      + CASE WHEN trim(phone) <> '' OR try_cast(budget AS DOUBLE) >= 10000 THEN 12250000 ELSE 0 END AS fit
  FROM read_parquet(getvariable('contacts'))
),
firms AS (SELECT id FROM read_parquet(getvariable('companies')) WHERE employees BETWEEN 10 AND 500
  UNION ALL SELECT domain FROM read_parquet(getvariable('companies')) WHERE employees BETWEEN 10 AND 500),
ruled AS (
  SELECT people.id, known OR p.last IS NOT NULL AS any_data,
    least(greatest(people.fit + CASE WHEN firms.id IS NOT NULL THEN 20000000 ELSE 0 END, -50000000), 100000000)::BIGINT AS fit,
    least(greatest(
      CASE WHEN deeds >> 42 > 0 THEN 40000000 ELSE 0 END
      + CASE WHEN amounts >> 42 > 0 THEN 30000000 ELSE 0 END
      + least(greatest(
          CASE WHEN mails & 2097151 >= 2 THEN 10000000 ELSE 0 END
          + least(coalesce(mails >> 21 & 2097151, 0) * 5000000, 15000000)
          - CASE WHEN mails >> 42 > 0 THEN 30000000 ELSE 0 END
          - CASE WHEN coalesce(last_mail, created, first) <= getvariable('as_of') - INTERVAL 180 DAY THEN 3000000 ELSE 0 END, -50000000), 30000000)
      + CASE WHEN visits > 2 THEN 10000000 ELSE 0 END
      + least(coalesce(pricing.points, 0), 20000000)
      + least(coalesce(customers.points, 0), 16000000)
      + CASE WHEN deeds >> 21 & 2097151 >= 2 THEN 8000000 ELSE 0 END
      - CASE WHEN deeds & 2097151 >= 5 THEN 10000000 ELSE 0 END
      + least(coalesce(amounts & 2097151, 0) * 750000, 10000000)
      + least(coalesce(amounts >> 21 & 2097151, 0) * 1200000, 12000000)
      + least(greatest(
          CASE WHEN topics >= 3 THEN 8000000 ELSE 0 END
          + least(coalesce(downloads, 0), 24000000)
          - least(coalesce(not_taken, 0) * 1000000, 4000000), -10000000), 40000000)
      + least(coalesce(webinars.points, 0), 20000000)
      - least(2000000 * coalesce((epoch_ms(getvariable('as_of')) - epoch_ms(coalesce(last, created))) // 2592000000, 0), 20000000),
      -50000000), 100000000)::BIGINT AS interest
  FROM people
  LEFT JOIN firms ON firms.id = company
  LEFT JOIN plain p ON p.contact_id = people.id
  LEFT JOIN visits ON visits.contact_id = people.id
  LEFT JOIN pricing ON pricing.contact_id = people.id
  LEFT JOIN customers ON customers.contact_id = people.id
  LEFT JOIN content ON content.contact_id = people.id
  LEFT JOIN topics ON topics.contact_id = people.id
  LEFT JOIN webinars ON webinars.contact_id = people.id
),
summed AS (SELECT id, CASE WHEN any_data THEN fit END AS fit, CASE WHEN any_data THEN interest END AS interest,
  CASE WHEN any_data THEN greatest(least((600 * fit + 1000 * interest + 500) // 1000, 100000000), 0) END AS total FROM ruled)
SELECT id, fit / 1e6 AS fit, interest / 1e6 AS interest, total / 1e6 AS total,
  CASE WHEN fit >= 50000000 THEN 'A' WHEN fit >= 35000000 THEN 'B' WHEN fit >= 15000000 THEN 'C' WHEN fit >= -50000000 THEN 'D' END AS fit_grade,
  CASE WHEN interest >= 60000000 THEN 'A' WHEN interest >= 25000000 THEN 'B' WHEN interest >= 5000000 THEN 'C'
       WHEN interest >= -50000000 THEN 'D' END AS interest_grade,
  CASE WHEN total >= 70000000 THEN 'hot' WHEN total >= 40000000 THEN 'warm' WHEN total >= 0 THEN 'cold' END AS total_band,
  CASE WHEN total >= 70000000 THEN 'sql' WHEN total >= 40000000 THEN 'mql' END AS stage
FROM summed;
