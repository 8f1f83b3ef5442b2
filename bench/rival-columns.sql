-- The rival over columns already filled: the same rules as in rival.sql over the tables of load.sql, where contacts have
-- numbers, texts are folded ENUMs, and events stand in order of contact and time.
-- Because an ENUM is compared by its place and its values were sorted, a prefix is a range of places.
--
-- Tried at 1,000,000 contacts and 20,000,000 events on two threads, into a table, in seconds. The machine was shared, so
-- these are the lowest and the highest of a few runs each:
--   as rival.sql, titles searched row by row                                                 3.3 to 3.8
--   the same without `other`                                                                 3.5 to 4.5
--   the same without `other`, with perfect hash tables up to 21 bits                         3.4 to 4.2
--   titles searched once for each distinct one (this)                                        3.1 to 3.2
--   filtered counts instead of packed counters                                               4.0 to 4.1
--   a pass of its own for each rule                                                          3.4 to 3.6
CREATE OR REPLACE TEMP VIEW scored AS
WITH
e AS NOT MATERIALIZED (SELECT * FROM events WHERE t <= getvariable('as_of')),
-- Everything that one pass can count. Three counters of 21 bits share a sum: fewer sums are quicker than nine counts.
plain AS (
  SELECT contact, min(t) AS first, max(t) AS last,
    max(t) FILTER (name IN ('email_opened'::name_code, 'email_clicked'::name_code)) AS last_mail,
    sum(CASE name
      WHEN 'email_opened'::name_code THEN (t > getvariable('as_of') - INTERVAL 180 DAY)::BIGINT
      WHEN 'email_clicked'::name_code THEN CASE WHEN t > getvariable('as_of') - INTERVAL 90 DAY THEN 1 << 21 ELSE 0 END
      WHEN 'email_unsubscribed'::name_code THEN 1::BIGINT << 42 ELSE 0 END)::BIGINT AS mails,
    sum(CASE name
      WHEN 'page_viewed'::name_code THEN CASE
        WHEN path BETWEEN getvariable('careers_from') AND getvariable('careers_to') THEN 1
        WHEN t > getvariable('as_of') - INTERVAL 180 DAY AND path BETWEEN getvariable('docs_from') AND getvariable('docs_to') THEN 1 << 21 ELSE 0 END
      WHEN 'form_submitted'::name_code THEN CASE WHEN form = 'free-consultation'::form_code THEN 1::BIGINT << 42 ELSE 0 END
      ELSE 0 END)::BIGINT AS deeds,
    sum(CASE name
      WHEN 'page_viewed'::name_code THEN CASE WHEN t > getvariable('as_of') - INTERVAL 365 DAY THEN (seconds // 60)::BIGINT ELSE 0 END
      WHEN 'video_watched'::name_code THEN (seconds // 300)::BIGINT << 21
      WHEN 'trial_started'::name_code THEN CASE WHEN t > getvariable('as_of') - INTERVAL 180 DAY THEN 1::BIGINT << 42 ELSE 0 END
      ELSE 0 END)::BIGINT AS amounts
  FROM e GROUP BY contact
),
other AS MATERIALIZED (SELECT contact, t, name, content, topic
  FROM e WHERE name IN ('content_viewed'::name_code, 'content_downloaded'::name_code, 'webinar_attended'::name_code)),
-- A visit in the last 30 days needs no page view older than 30 days and 30 minutes.
visits AS (
  SELECT contact, count(*) AS visits FROM (
    SELECT contact, t, lag(t) OVER (PARTITION BY contact ORDER BY t) AS before
    FROM e WHERE name = 'page_viewed'::name_code AND t > getvariable('as_of') - INTERVAL 30 DAY - INTERVAL 30 MINUTE)
  WHERE t > getvariable('as_of') - INTERVAL 30 DAY AND (before IS NULL OR t - before >= INTERVAL 30 MINUTE)
  GROUP BY contact
),
pricing AS (
  SELECT contact, sum(5000 * floor(1000 * pow(2, -age / 60) + 0.5)::BIGINT)::BIGINT AS points FROM (
    SELECT DISTINCT contact, (getvariable('as_of')::DATE - t::DATE) AS age FROM e
    WHERE name = 'page_viewed'::name_code AND path BETWEEN getvariable('pricing_from') AND getvariable('pricing_to'))
  GROUP BY contact
),
-- Weights are 0 from 365 days on; the week of the last day that counts begins at most six days earlier.
customers AS (
  SELECT contact, sum(2000 * ((2000 * (365 - age) + 365) // 730))::BIGINT AS points FROM (
    SELECT contact, (getvariable('as_of')::DATE - t::DATE) AS age,
      row_number() OVER (PARTITION BY contact, date_trunc('week', t) ORDER BY t) AS nth
    FROM e WHERE name = 'page_viewed'::name_code AND path BETWEEN getvariable('customers_from') AND getvariable('customers_to')
      AND t >= getvariable('as_of')::DATE - INTERVAL 371 DAY)
  WHERE nth <= 3 AND age < 365 GROUP BY contact
),
contents AS (
  SELECT contact, content,
    min(t) FILTER (name = 'content_viewed'::name_code) AS viewed,
    min(t) FILTER (name = 'content_downloaded'::name_code) AS taken
  FROM other WHERE name <> 'webinar_attended'::name_code AND content IS NOT NULL
  GROUP BY ALL
),
content AS (
  SELECT contact,
    3000 * sum(CASE WHEN taken IS NULL THEN 0
                    WHEN getvariable('as_of')::DATE - taken::DATE < 30 THEN 1000
                    WHEN getvariable('as_of')::DATE - taken::DATE < 180 THEN 500 ELSE 125 END)::BIGINT AS downloads,
    count(*) FILTER (taken IS NULL AND viewed <= getvariable('as_of') - INTERVAL 7 DAY) AS not_taken
  FROM contents GROUP BY contact
),
topics AS (
  SELECT contact, count(DISTINCT topic) AS topics
  FROM other WHERE name = 'content_downloaded'::name_code AND t > getvariable('as_of') - INTERVAL 365 DAY
  GROUP BY contact
),
webinars AS (
  SELECT contact, sum(12000 * floor(1000 * pow(2, -age / 90) + 0.5)::BIGINT)::BIGINT AS points FROM (
    SELECT contact, (getvariable('as_of')::DATE - t::DATE) AS age,
      row_number() OVER (PARTITION BY contact ORDER BY t) AS nth
    FROM other WHERE name = 'webinar_attended'::name_code)
  WHERE nth <= 2 GROUP BY contact
),
titles AS (
  SELECT title, CASE WHEN regexp_matches(title::VARCHAR, '\b(ceo|cto|founder|director|head of|directeur general)\b') THEN 25000000 ELSE 0 END
    - CASE WHEN regexp_matches(title::VARCHAR, '\b(student|intern|assistant)\b') THEN 15000000 ELSE 0 END AS points
  FROM (SELECT unnest(enum_range(NULL::title_code))::title_code AS title)
),
people AS (
  SELECT contacts.n AS key, contacts.id, CASE WHEN created_at <= getvariable('as_of') THEN created_at END AS created, known, company,
      coalesce(titles.points, 0)
      + CASE WHEN industry IN ('software', 'finance', 'insurance', 'health care', 'telecom') THEN 15500000 ELSE 0 END
      - CASE WHEN country <> '' AND country NOT IN ('de', 'at', 'ch', 'fr', 'nl', 'gb', 'us', 'ro') THEN 20000000 ELSE 0 END
      + CASE WHEN phone IS NOT NULL OR budget >= 10000 THEN 12250000 ELSE 0 END AS fit
  FROM contacts LEFT JOIN titles USING (title)
),
firms AS (SELECT n AS id FROM companies WHERE employees BETWEEN 10 AND 500),
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
  LEFT JOIN plain p ON p.contact = people.key
  LEFT JOIN visits ON visits.contact = people.key
  LEFT JOIN pricing ON pricing.contact = people.key
  LEFT JOIN customers ON customers.contact = people.key
  LEFT JOIN content ON content.contact = people.key
  LEFT JOIN topics ON topics.contact = people.key
  LEFT JOIN webinars ON webinars.contact = people.key
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
