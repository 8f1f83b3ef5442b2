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
import { chooseLanguage, setWorkspaceLanguage } from './store/languages.ts';
import { addLostNotice } from './store/notices.ts';
import { addPerson } from './store/people.ts';
import { saveSeller } from './store/sellers.ts';

/** What stands in a text that is sent as quoted-printable. */
const unquoted = (text: string): string =>
  Buffer.from(
    text
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
    .toString()
    .replaceAll('\r\n', '\n');

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
    expect(second?.text).toContain('Due: November 22, 2026 at 12:00 PM UTC');
  });

  test('each is written to in their own language, who never chose one in that of the workspace, by the clocks of their zone', async () => {
    arrived.length = 0;
    const by = { by: 'x', now: service.now };
    const lea = await db.rows<{ id: string }>(`select id from person where email = 'lea@x.example'`);
    await chooseLanguage(db, lea[0]?.id ?? '', 'ro');
    await setWorkspaceLanguage(db, 'tr', by);
    const seller = { week: [], holidays: null, capacity: null, weight: 1, territory: null, active: true };
    await saveSeller(db, 'leo@x.example', { ...seller, zone: 'Europe/Istanbul' }, by);
    await tell('escalation', 'leadership', {
      dueAt: NOON,
      clock: 'first-contact',
      lacks: ['seller', 'demographic', 'phone'],
    });
    await addLostNotice(
      db,
      { name: 'leads', agreementId: 4, modelId: 2, lacks: [{ kind: 'grade', name: 'A', of: 'fit' }] },
      NOON,
    );
    await addPerson(db, { email: 'mia@x.example', name: 'mia', role: 'marketing', passwordHash: null }, by);
    expect(await mailer.mailDue()).toBe(2);
    const textOf = (to: string) => {
      const { text = '' } = arrived.find((one) => one.to === to) ?? {};
      const body = text.slice(text.indexOf('\r\n\r\n') + 4);
      return text.includes('base64') ? Buffer.from(body, 'base64').toString() : unquoted(body);
    };
    expect(textOf('lea@x.example')).toContain('O promisiune nu a fost respectată: Eve');
    expect(textOf('lea@x.example')).toContain('Termen: 22 noiembrie 2026 la 12:00 UTC\nPromisiune: Primul contact');
    expect(textOf('leo@x.example')).toContain('Son tarih: 22 Kasım 2026 15:00 GMT+3\nSöz: İlk temas');
    expect(textOf('mia@x.example')).toContain('leads\nEksik: fit için A notu\n');
    expect(textOf('mia@x.example')).toContain('https://scores.example.org/agreement?version=4');
    await setWorkspaceLanguage(db, 'en', by);
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
