// Looking at contacts as of past weeks: a fair part of many, what is kept, and what cannot be told apart.
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { NOON, testApp } from '../test/service.ts';
import type { Agreement } from './core/agreement.ts';
import { mean, meetingPerWeek } from './core/definition.ts';
import { WEEK } from './forecasting.ts';

const MODEL = `
model: b2b
scores:
  fit: { range: [0, 100], rules: [ { id: phone, if: { phone: { exists: true } }, points: 60 } ] }
disqualify: [ { id: rival, if: { rival: { is: "yes" } }, reason: Competitor } ]
stages: [ { id: mql, enter: { score: { fit: { atLeast: 50 } } } } ]
`;
const CONTACTS = 4_500;
const url = await postgresUrl();

describe.skipIf(url === undefined)('contacts as of past weeks', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { app } = service;
  await app.scoring.publish(MODEL, 'a test');
  // A hundred a week for forty-five weeks: half with a telephone, and of these every fifth a rival.
  await app.db.rows(
    `insert into contact (contact_id, created_at, traits)
     select i, $1::bigint - (4500 - i) / 100 * $2::bigint - 86400000,
       case when i % 2 = 0 then '{"phone":"+40"}'::jsonb else '{}' end ||
       case when i % 10 = 0 then '{"rival":"yes"}'::jsonb else '{}' end
     from generate_series(1, $3::integer) i`,
    [NOON, WEEK, CONTACTS],
  );
  const definition = (require: readonly string[]): Agreement['definition'] => ({
    stage: 'mql',
    require,
    qualifiers: { demographic: null, situational: null, behavioural: null },
  });
  const wanted = { kind: 'definition', modelId: 1, definition: definition([]) } as const;

  test('of many a fair part is looked at, and counts are scaled up', async () => {
    const { looks, contacts, sample, threshold } = await app.forecasting.look(wanted);
    expect([contacts, sample, looks.each]).toEqual([CONTACTS, CONTACTS / 3, 3]);
    expect(threshold).toEqual({ score: 'fit', points: 50_000_000 });
    const truth = (CONTACTS * (1 / 2 - 1 / 10)) / 52;
    expect(mean(meetingPerWeek(looks)) / truth).toBeGreaterThan(0.95);
    expect(mean(meetingPerWeek(looks)) / truth).toBeLessThan(1.05);
    // Without the stage those without a telephone count too, and rivals never do.
    expect(mean(meetingPerWeek(looks, { without: 1 })) / ((CONTACTS * 0.9) / 52)).toBeCloseTo(1, 1);
  });

  test('within an hour the same question has the same answer, later it is looked at anew', async () => {
    const [one, other] = [app.forecasting.look(wanted), app.forecasting.look(wanted)];
    expect(one).toBe(other);
    const before = (await one).until;
    service.now += 3_600_000;
    expect((await app.forecasting.look(wanted)).until).toBe(before + 3_600_000);
  });

  test('more conditions than can be told apart are refused, and the next question is answered', async () => {
    const many = definition(Array.from({ length: 31 }, (_, i) => `field_${i}`));
    await expect(app.forecasting.look({ ...wanted, definition: many })).rejects.toMatchObject({
      code: 'request_invalid',
    });
    expect((await app.forecasting.look({ kind: 'score', modelId: 1, score: 'fit' })).looks.conditions).toBe(0);
  });
});
