// Files read into the store: what a row becomes, what is refused and why, and that reading goes on where it was left.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { files, program, start } from '../test/command.ts';
import { canServe, databaseOf, dataFolder, newKey, removeFolder, serve, until } from '../test/faults/service.ts';
import { postgresUrl } from '../test/postgres.ts';
import { testApp } from '../test/service.ts';
import { type App, createApp } from './app.ts';
import { hashOfFile, rejectsPath, tryFile } from './import.ts';
import { askForImport, importOne, importsFolder, startJobs } from './jobs.ts';
import { beginImport, type ColumnNames, findImport, type ImportKind } from './store/imports.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('import', async () => {
  const kept = dataFolder();
  afterAll(() => removeFolder(kept));
  const { app } = await testApp(url ?? '', { SCORELINE_DATA: kept });

  const begin = async (of: App, kind: ImportKind, path: string, mapping: ColumnNames = {}) =>
    beginImport(of.db, {
      hash: await hashOfFile(path),
      kind,
      mapping,
      name: 'a.csv',
      path,
      by: 'test',
      now: of.clock(),
    });
  const read = async (kind: ImportKind, path: string, mapping: ColumnNames = {}) => {
    const one = await begin(app, kind, path, mapping);
    expect(await importOne(app, one)).toBe(true);
    const done = await findImport(app.db, one.importId);
    const rejects = readFileSync(rejectsPath(importsFolder(app), one.importId), 'utf8')
      .trimEnd()
      .split('\n');
    return { done, rejects: rejects.slice(1) };
  };

  test('companies, contacts and events come together', async () => {
    const path = files({
      'companies.csv': 'id,domain,employees\nk1,big-firm.com,120\nk2,,5\nk1,,7\n,x.com,1\n',
      'contacts.csv':
        'id,email,company_id,created_at,title\n1,Ana@Big-Firm.com,,2026-01-05,CEO\n2,,k2,,"[""a"",""b""]"\n',
      'events.csv':
        'contact_id,name,at,path\n1,page_viewed,2026-03-01,/pricing\n1,page_viewed,2026-03-02T10:00:00Z,/\n2,,2026-03-01,\n9,x,soon,\n',
    });
    const companies = await read('companies', join(path, 'companies.csv'));
    expect(companies.done).toMatchObject({ state: 'done', accepted: 2, refused: 2, rowCount: 4, position: 4 });
    expect(companies.rejects).toEqual([
      '"a.csv","4","a second row of the same id","k1,,7"',
      '"a.csv","5","a company without id",",x.com,1"',
    ]);
    expect((await read('contacts', join(path, 'contacts.csv'))).done).toMatchObject({ accepted: 2, refused: 0 });
    const events = await read('events', join(path, 'events.csv'));
    expect(events.done).toMatchObject({ accepted: 2, refused: 2 });
    expect(events.rejects.map((line) => line.split(',').slice(1, 3).join())).toEqual([
      '"4","an event without name"',
      '"5","an event whose at is no instant"',
    ]);
    const rows = await app.db.rows(
      `select contact.traits ->> 'title' as title, company.key, company.traits -> 'employees' as employees,
              (select count(*) from event where event.contact_id = contact.contact_id) as events
         from contact left join company using (company_id) order by contact_id`,
    );
    expect(rows).toEqual([
      { title: 'CEO', key: 'k1', employees: '120', events: 2 },
      { title: '["a", "b"]', key: 'k2', employees: '5', events: 0 },
    ]);
  });

  test('the same file again does no harm', async () => {
    const path = files({ 'events.ndjson': '{"email":"again@x-firm.com","name":"seen","at":"2026-04-01","n":1}\n' });
    const first = await read('events', join(path, 'events.ndjson'));
    const second = await read('events', join(path, 'events.ndjson'));
    expect([first, second].map(({ done }) => [done?.accepted, done?.duplicates])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    const [row] = await app.db.rows("select count(*) as n from event where name = 'seen'");
    expect(row).toEqual({ n: 1 });
  });

  test('a file is read where it was sent; one that somebody keeps elsewhere is left to them', async () => {
    const [here, there] = [dataFolder(), dataFolder()];
    const [own, other] = [here, there].map((folder) =>
      createApp({ ...app, config: { ...app.config, SCORELINE_DATA: folder } }),
    );
    if (own === undefined || other === undefined) throw new Error('two apps were not made');
    onTestFinished(async () => {
      for (const each of [own, other]) await each.close();
      for (const folder of [here, there]) removeFolder(folder);
    });
    const text = (name: string) => `contact_id,name,at\nm1,${name},2026-05-01\n`;
    mkdirSync(importsFolder(own));
    const [kept, sent] = [join(files({ 'a.csv': text('kept') }), 'a.csv'), join(importsFolder(own), 'sent.csv')];
    writeFileSync(sent, text('sent'));
    const [ofOthers, one] = [await begin(app, 'events', kept), await begin(app, 'events', sent)];
    await startJobs(other);
    await askForImport(own, ofOthers);
    await askForImport(own, one);
    await startJobs(own);
    await expect
      .poll(() => findImport(app.db, one.importId), { timeout: 20_000 })
      .toMatchObject({ state: 'done', path: null, accepted: 1 });
    expect([existsSync(kept), existsSync(sent)]).toEqual([true, false]);
    expect(await findImport(app.db, ofOthers.importId)).toMatchObject({ state: 'waiting', path: kept });
  }, 30_000);

  test('a file that is none is told by its name alone', async () => {
    const path = join(files({ 'b7e1.parquet': 'nonsense' }), 'b7e1.parquet');
    const near = relative('.', path);
    const told = await tryFile(near, 'mine.parquet', { kind: 'events', mapping: {}, now: 0 }).catch(String);
    expect(told).toMatch(/mine\.parquet/);
    expect(told).not.toMatch(/b7e1|tmp/);
  });

  test('columns are called what the mapping says', async () => {
    const path = join(
      files({ 'a.csv': 'Record ID,E-mail,Job Title,Notes\n77,m@mapped-firm.com,CTO,secret\n' }),
      'a.csv',
    );
    const mapping = { 'Record ID': 'id', 'E-mail': 'email', 'Job Title': 'title', Notes: null };
    const now = app.clock();
    expect(await tryFile(path, 'a.csv', { kind: 'contacts', mapping, now })).toEqual({
      rows: 1,
      usable: 1,
      first: [{ who: '77', name: null, at: now, facts: { email: 'm@mapped-firm.com', title: 'CTO' } }],
      reasons: [],
      rejects: [],
    });
    await read('contacts', path, mapping);
    const [row] = await app.db.rows("select traits from contact where traits ->> 'title' = 'CTO'");
    expect(row).toEqual({ traits: { title: 'CTO', email: 'm@mapped-firm.com' } });
    await expect(tryFile(path, 'a.csv', { kind: 'contacts', mapping: {}, now })).rejects.toThrow(
      'the file of contacts has no column `id` or `email` or `anonymous_id`',
    );
    await expect(tryFile(path, 'a.csv', { kind: 'contacts', mapping: { 'Record Id': 'id' }, now })).rejects.toThrow(
      'did you mean `Record ID`?',
    );
  });

  test('what is left in the middle goes on there, and no row is told twice', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      i % 1_000 === 7 ? `p${i},,2026-05-01` : `p${i % 50},left,2026-05-01`,
    );
    const path = join(files({ 'a.csv': `contact_id,name,at\n${lines.join('\n')}\n` }), 'a.csv');
    const one = await begin(app, 'events', path);
    const stop = new AbortController();
    expect(await importOne(app, one, { signal: stop.signal, progress: () => stop.abort() })).toBe(false);
    const half = await findImport(app.db, one.importId);
    expect(half?.state).toBe('running');
    expect(half?.position).toBeGreaterThan(0);
    expect(half?.position).toBeLessThan(20_000);
    const { done, rejects } = await read('events', path);
    expect(done).toMatchObject({ importId: one.importId, state: 'done', accepted: 19_980, refused: 20 });
    expect(new Set(rejects).size).toBe(20);
    expect(rejects).toHaveLength(20);
    const [row] = await app.db.rows("select count(*) as n from event where name = 'left'");
    expect(row).toEqual({ n: 19_980 });
  });
});

describe.skipIf(!canServe())('a file that is sent to the service', () => {
  test('goes on after kill -9 of the command and of the service, with every row there once', {
    timeout: 120_000,
  }, async () => {
    const data = dataFolder();
    let service = await serve(data);
    onTestFinished(async () => {
      await service.end('SIGKILL');
      removeFolder(data);
    });
    const rows = (name: string) =>
      Array.from({ length: 30_000 }, (_, i) => `c${i % 500},${name},${1_780_000_000_000 + i}`);
    const text = (name: string) => `contact_id,name,at\n${rows(name).join('\n')}\n`;
    const path = join(files({ 'typed.csv': text('typed') }), 'typed.csv');
    let db = await databaseOf(data);
    const countOf = async (name: string): Promise<number> => {
      const [row] = await db.rows<{ n: number }>('select count(*) as n from event where name = $1', [name]);
      return row?.n ?? 0;
    };

    const command = start(['import', '--events', path, '--data', data]);
    await until('some rows of the command', async () => (await countOf('typed')) > 2_000);
    command.kill('SIGKILL');
    const again = await program(['import', '--events', path, '--data', data]);
    expect(again.err).toMatch(/goes on after row \d+/);
    expect(again.out).toContain('30,000 rows of events kept');
    expect(await countOf('typed')).toBe(30_000);

    const key = await newKey(db);
    const authorization = `Bearer ${key}`;
    const sent = await fetch(`${service.url}/api/imports?kind=events&name=sent.csv`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/csv' },
      body: text('sent'),
    });
    expect(sent.status).toBe(200);
    const { id } = (await sent.json()) as { id: string };
    await until('some rows of the upload', async () => (await countOf('sent')) > 2_000);
    await service.end('SIGKILL');
    await db.close();
    service = await serve(data);
    db = await databaseOf(data);
    const kept = await countOf('sent');
    const stateOf = async () =>
      (await (await fetch(`${service.url}/api/imports/${id}`, { headers: { authorization } })).json()) as {
        state: string;
        accepted: number;
      };
    await until('the upload to be read to its end', async () => (await stateOf()).state === 'done', 90_000);
    console.log(`import killed: 30000 rows sent, ${kept} found after the crash, ${await countOf('sent')} at the end`);
    expect(await countOf('sent')).toBe(30_000);
    expect((await stateOf()).accepted).toBe(30_000);
    await db.close();
  });
});
