// Reviews over HTTP: due by the agreement, opened, written down, closed and kept as they were.
import { describe, expect, test } from 'vitest';
import { did, handedOver, known, settle } from '../../test/handed-over.ts';
import { pdfText } from '../../test/pdf-text.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import type { Mail } from '../connectors/send.ts';
import { createMailer } from '../mailing.ts';
import { createReviewing } from '../reviewing.ts';
import { createServer } from '../server.ts';

const DAY = 86_400_000;
/** The Monday on which leads are handed over. */
const MONDAY = NOON + (22 / 24) * DAY;
const url = await postgresUrl();

describe.skipIf(url === undefined)('reviews over HTTP', async () => {
  if (url === undefined) return;
  const service = await testApp(url, { SCORELINE_SMTP_URL: 'smtp://mail.example.org' });
  const { app } = service;
  const server = await createServer(app);
  await server.ready();
  const marketing = await asPerson(server, service, 'marketing');
  const viewer = await asPerson(server, service, 'viewer');
  await handedOver(service);
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, who = marketing) => {
    const answer = await who({ method, url: path, ...(payload === undefined ? {} : { payload }) });
    const isJson = String(answer.headers['content-type']).includes('json');
    return { status: answer.statusCode, body: isJson ? answer.json() : answer.body };
  };
  const mails: Mail[] = [];
  const surroundings = {
    ...app,
    sendMail: async (mail: Mail) => void mails.push(mail),
    home: 'https://scores.example.org',
  };
  const mailer = createMailer(surroundings);
  /** Whom the mails that are due went to, and about what. */
  const mailed = async (): Promise<string[]> => {
    mails.length = 0;
    await mailer.mailDue();
    return mails.map(({ to, subject }) => `${to}: ${subject}`).sort();
  };
  const accept = (messages: Parameters<typeof app.ingest.accept>[0]['messages']) =>
    app.ingest.accept({ sourceId: null, receivedAt: service.now, messages, refusals: [] });

  test('one is due on the day of the agreement, and only one is open at a time', async () => {
    const { due, items } = (await call('GET', '/api/reviews')).body;
    const reviewing = createReviewing(app);
    await mailed();
    await reviewing.remind();
    expect(await mailed()).toEqual([]);
    const then = service.now;
    service.now = Date.UTC(2026, 10, 24);
    await Promise.all([reviewing.remind(), reviewing.remind()]);
    expect(await mailed()).toEqual(['marketing@example.org: A review is due soon: leads']);
    expect(mails[0]?.text).toContain('Due: December 1, 2026');
    service.now = Date.UTC(2026, 11, 1);
    for (let i = 0; i < 2; i++) await reviewing.remind();
    expect(await mailed()).toEqual(['marketing@example.org: A review is overdue: leads']);
    const { items: bell } = (await call('GET', '/api/notices?limit=2')).body;
    expect(bell.map(({ kind, handoffId }: { kind: string; handoffId: null }) => [kind, handoffId])).toEqual([
      ['review-overdue', null],
      ['review-due', null],
    ]);
    service.now = then;
    expect([due, items]).toEqual([
      [{ agreement: 'leads', dueAt: '2026-12-01T00:00:00.000Z', overdue: false, heldAt: null, openId: null }],
      [],
    ]);
    service.now = MONDAY + 20 * DAY;
    expect((await call('GET', '/api/reviews')).body.due[0].overdue).toBe(true);
    // Before: two visits. Since then: a paper a day, and larger companies.
    const days = Array.from({ length: 20 }, (_, i) => i);
    await accept(days.flatMap((i) => [did('lead3', MONDAY + i * DAY, 'content_downloaded')]));
    await accept(
      days.flatMap((i) => [
        known(`old${i}`, MONDAY - 3 * DAY, { employees: 10, email: `old${i}@x.example` }),
        known(`new${i}`, MONDAY + 3 * DAY, { employees: 900 }),
      ]),
    );
    await settle(app);
    expect((await call('POST', '/api/reviews', { agreement: 'none' })).status).toBe(404);
    expect((await call('POST', '/api/reviews', { agreement: 'leads' }, viewer)).status).toBe(403);
    const opened = await call('POST', '/api/reviews', { agreement: 'leads' });
    expect(opened.body).toMatchObject({
      id: '1',
      agreement: 'leads',
      closedAt: null,
      openedBy: 'marketing@example.org',
    });
    expect((await call('POST', '/api/reviews', { agreement: 'leads' })).body.code).toBe('conflict');
  });

  test('it says what moved, which rules are dead, and what came of the hand-offs', async () => {
    const { report } = (await call('GET', '/api/reviews/1')).body;
    expect(report.conversion.now).toMatchObject({ handed: 7, answered: 6, rejected: 3, won: 2 });
    expect(report.conversion.before.handed).toBe(0);
    expect(report.events).toMatchObject({ level: 'moved' });
    expect(report.events.parts.map(({ name }: { name: string }) => name).sort()).toEqual([
      'content_downloaded',
      'page_viewed',
    ]);
    const fields = report.traits.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['employees', 'title']);
    expect(report.traits[0].drift.level).toBe('moved');
    expect(report.dead).toEqual(['student']);
    expect(report.proposals).toContainEqual({ kind: 'remove', rule: 'student' });
    // Twenty larger companies moved into the tenth from 20 points on, which nobody was in before.
    expect(report.scores.level).toBe('moved');
    expect(report.scores.parts[0]).toMatchObject({ before: 0 });
  });

  test('minutes are written, the page is whole and safe, and a closed review stays as it was', async () => {
    const minutes = 'Points for <b>large</b> companies go down.\nAna asks the board.';
    expect((await call('PUT', '/api/reviews/1/minutes', { minutes }, viewer)).status).toBe(403);
    expect((await call('PUT', '/api/reviews/1/minutes', { minutes })).status).toBe(204);
    const page = await call('GET', '/api/reviews/1/report.html', undefined, viewer);
    expect(page.body).toContain('Points for &lt;b&gt;large&lt;/b&gt; companies go down.');
    expect(page.body).toContain('Remove or mend student: it gives points to nobody.');
    expect(page.body).toContain('@media print');
    expect(page.body).not.toMatch(/<script|<link|src=|@import/);

    expect((await call('POST', '/api/reviews/1/send')).body.code).toBe('conflict');
    service.now += DAY;
    const closed = (await call('POST', '/api/reviews/1/close')).body;
    expect(closed).toMatchObject({ minutes, closedBy: 'marketing@example.org' });
    expect(await mailed()).toEqual(['marketing@example.org: A review was closed: leads']);
    const [mail] = mails;
    expect(mail?.html).toContain('Points for &lt;b&gt;large&lt;/b&gt; companies go down.');
    const [attached] = mail?.attachments ?? [];
    expect(attached?.filename).toBe('review-leads-2026-12-14.pdf');
    expect(pdfText(attached?.content ?? Buffer.alloc(0)).join('')).toContain('Ana asks the board.');
    expect((await call('POST', '/api/reviews/1/send', undefined, viewer)).status).toBe(403);
    expect((await call('POST', '/api/reviews/1/send')).status).toBe(204);
    expect(await mailed()).toHaveLength(1);
    const pdf = await viewer({ method: 'GET', url: '/api/reviews/1/report.pdf?language=ru' });
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect(pdfText(pdf.rawPayload).join('')).toContain('Разбор соглашения leads');
    service.now += 30 * DAY;
    await accept([did('lead1', service.now, 'page_viewed'), known('lead2', service.now, { title: 'Student' })]);
    await settle(app);
    expect((await call('GET', '/api/reviews/1')).body).toEqual(closed);
    expect((await call('PUT', '/api/reviews/1/minutes', { minutes: 'no' })).body.code).toBe('conflict');
    expect((await call('POST', '/api/reviews/1/close')).body.code).toBe('conflict');
    expect((await call('POST', '/api/reviews/9/close')).body.code).toBe('not_found');
    const { due } = (await call('GET', '/api/reviews')).body;
    expect(due[0]).toMatchObject({ dueAt: '2027-03-01T00:00:00.000Z', openId: null });
    const next = (await call('POST', '/api/reviews', { agreement: 'leads' })).body;
    expect(next.from).toBe(closed.closedAt);
  });
});
