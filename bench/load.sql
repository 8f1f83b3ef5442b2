-- Fills the tables that rival-columns.sql reads, from the files, in the form that suits DuckDB best: contacts numbered
-- from 0 in the order of their file, texts folded once into sorted ENUMs, numbers read, companies found, events in order of contact and time.
-- It needs the variables contacts and companies and the view `log` (see rival.ts). Its time is not the rival's.
CREATE TYPE name_code AS ENUM (SELECT DISTINCT name FROM log ORDER BY 1);
CREATE TYPE path_code AS ENUM (SELECT DISTINCT lower(path) FROM log WHERE path IS NOT NULL ORDER BY 1);
CREATE TYPE content_code AS ENUM (SELECT DISTINCT lower(content) FROM log WHERE content IS NOT NULL ORDER BY 1);
CREATE TYPE topic_code AS ENUM (SELECT DISTINCT lower(topic) FROM log WHERE topic IS NOT NULL ORDER BY 1);
CREATE TYPE form_code AS ENUM (SELECT DISTINCT lower(form) FROM log WHERE form IS NOT NULL ORDER BY 1);
CREATE TYPE title_code AS ENUM (
  SELECT DISTINCT lower(strip_accents(title)) FROM read_parquet(getvariable('contacts')) WHERE title IS NOT NULL ORDER BY 1);

CREATE TABLE companies AS
SELECT file_row_number::UINTEGER AS n, id, domain, employees FROM read_parquet(getvariable('companies'), file_row_number = true);

CREATE TABLE contacts AS
SELECT c.file_row_number::UINTEGER AS n, c.id, created_at, firm.n AS company,
  lower(strip_accents(title))::title_code AS title, lower(trim(country)) AS country,
  lower(strip_accents(trim(industry))) AS industry, nullif(trim(phone), '') AS phone, try_cast(budget AS DOUBLE) AS budget,
  coalesce(nullif(trim(title), ''), nullif(trim(country), ''), nullif(trim(industry), ''), nullif(trim(phone), ''),
    nullif(trim(budget), ''), nullif(trim(source), ''), nullif(trim(department), '')) IS NOT NULL
    OR c.employees IS NOT NULL AS known
FROM read_parquet(getvariable('contacts'), file_row_number = true) c
LEFT JOIN (SELECT n, id FROM companies UNION ALL SELECT n, domain FROM companies) firm
  ON firm.id = coalesce(c.company_id, lower(split_part(c.email, '@', 2)));

CREATE TABLE events AS
SELECT c.n AS contact, log.name::name_code AS name, log.at AS t, lower(path)::path_code AS path,
  lower(content)::content_code AS content, lower(topic)::topic_code AS topic, lower(form)::form_code AS form, seconds
FROM log JOIN contacts c ON c.id = log.contact_id ORDER BY c.n, log.at;

CREATE TEMP MACRO first_path(prefix) AS (
  SELECT min(path) FROM (SELECT unnest(enum_range(NULL::path_code)) AS path) WHERE starts_with(path, prefix));
CREATE TEMP MACRO last_path(prefix) AS (
  SELECT max(path) FROM (SELECT unnest(enum_range(NULL::path_code)) AS path) WHERE starts_with(path, prefix));
SET VARIABLE pricing_from = first_path('/pricing')::path_code;
SET VARIABLE pricing_to = last_path('/pricing')::path_code;
SET VARIABLE customers_from = first_path('/customers/')::path_code;
SET VARIABLE customers_to = last_path('/customers/')::path_code;
SET VARIABLE docs_from = first_path('/docs/')::path_code;
SET VARIABLE docs_to = last_path('/docs/')::path_code;
SET VARIABLE careers_from = first_path('/careers/')::path_code;
SET VARIABLE careers_to = last_path('/careers/')::path_code;
