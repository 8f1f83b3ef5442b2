// E-mails about hand-offs, taken by a real mail server: who gets them, what they say, and that a server that is away gets
// them later.
import { once } from 'node:events';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { afterAll, describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { NOON, testApp } from '../test/service.ts';
import { createSendMail } from './connectors/send.ts';
import { createMailer } from './mailing.ts';
import { addNotices } from './store/handoffs.ts';
import { addPerson } from './store/people.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('e-mails', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const { db } = service.app;
  const arrived: { to: string; text: string }[] = [];
  let full = false;
  const mailbox = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString();
      });
      stream.on('end', () => {
        if (full) return done(new Error('452 no room'));
        for (const { address } of session.envelope.rcptTo) arrived.push({ to: address, text });
        done();
      });
    },
  });
  const server = mailbox.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => mailbox.close(() => {}));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the mail server has no port');
  const mailer = createMailer({
    db,
    log: pino({ level: 'silent' }),
    clock: () => service.now,
    sendMail: createSendMail(`smtp://127.0.0.1:${bound.port}`, 'Scoreline <from@x.example>', 5_000),
    home: 'https://scores.example.org',
  });
  for (const name of ['lea', 'leo'])
    await addPerson(
      db,
      { email: `${name}@x.example`, name, role: 'leadership', passwordHash: null },
      { by: 'x', now: NOON },
    );
  await db.rows(
    `insert into contact (contact_id, created_at, traits) values (7, 1, '{"name": "Eve\\r\\nBcc: all@x.example"}')`,
  );
  const tell = (kind: string, recipient: string, details = {}) =>
    addNotices(db, [{ contactId: 7, handoffId: 3, at: service.now, kind, recipient, details }]);

  test('a person gets one, a team each of them, and nobody gets it twice', async () => {
    await tell('assigned', 'ana@x.example');
    await tell('escalation', 'leadership', { dueAt: NOON });
    await tell('waiting', 'marketing', { lacks: ['phone'] });
    expect(await mailer.mailDue()).toBe(2);
    expect(await mailer.mailDue()).toBe(0);
    expect(arrived.map(({ to }) => to)).toEqual(['ana@x.example', 'lea@x.example', 'leo@x.example']);
    const [first, second] = arrived;
    expect(first?.text).toContain('Subject: A lead for you: Eve Bcc: all@x.example');
    expect(first?.text).not.toMatch(/^Bcc:/m);
    expect(first?.text).toContain('https://scores.example.org/handoffs/3');
    expect(second?.text).toContain('Due: 2026-11-22T12:00:00.000Z');
  });

  test('what the server does not take is tried again, and after a day no more', async () => {
    arrived.length = 0;
    full = true;
    await tell('reminder', 'ana@x.example');
    expect(await mailer.mailDue()).toBe(0);
    expect(await mailer.mailDue()).toBe(0);
    full = false;
    service.now += 2 * 60_000;
    expect(await mailer.mailDue()).toBe(1);
    await tell('reminder', 'bo@x.example');
    service.now += 2 * 86_400_000;
    expect(await mailer.mailDue()).toBe(0);
    expect(arrived.map(({ to }) => to)).toEqual(['ana@x.example']);
  });
});
