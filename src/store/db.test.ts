import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { openDb } from './db.ts';
import { migrate, migrations } from './migrate.ts';

const url = await postgresUrl('nothing');

describe.skipIf(url === undefined)('the database', () => {
  const open = () => openDb(url ?? '');

  test('two programs that start at once migrate once, and a second start changes nothing', async () => {
    const [one, two] = [open(), open()];
    const numbers = migrations().map(({ number }) => number);
    const [first, second] = await Promise.all([migrate(one, 1), migrate(two, 2)]);
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(numbers);
    expect(await migrate(one, 3)).toEqual([]);
    await one.close();
    await two.close();
  });

  test('a database of a newer program is left alone', async () => {
    const db = open();
    await migrate(db, 1);
    await db.rows("insert into migration (number, name, applied_at) values (9999, 'later', 1)");
    await expect(migrate(db, 2)).rejects.toMatchObject({ code: 'database_newer' });
    await db.rows('delete from migration where number = 9999');
    await db.close();
  });

  test('eight-byte numbers come as numbers, and a failed transaction leaves nothing', async () => {
    const db = open();
    await migrate(db, 1);
    const work = db.transaction(async (tx) => {
      await tx.rows('insert into contact (contact_id, created_at) values (1, 1750000000000)');
      expect(await tx.rows('select created_at from contact')).toEqual([{ created_at: 1_750_000_000_000 }]);
      await tx.rows('select 1 / 0');
    });
    await expect(work).rejects.toThrow('division by zero');
    expect(await db.rows('select * from contact')).toEqual([]);
    await db.close();
  });

  test('a connection that is cut is told as such, and the next one works', async () => {
    const db = open();
    const cut = db.rows('select pg_terminate_backend(pg_backend_pid())');
    await expect(cut).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await db.rows('select 1 as one')).toEqual([{ one: 1 }]);
    await db.close();
  });

  test('a statement may take long while the server answers something else', async () => {
    const db = open();
    expect(await db.rows('select pg_sleep(4.5) is not null as slept')).toEqual([{ slept: true }]);
    await db.close();
  });

  test('nobody there is told as such', async () => {
    const db = openDb('postgresql://nobody@127.0.0.1:1/none');
    await expect(db.rows('select 1')).rejects.toMatchObject({ code: 'database_unavailable' });
    await db.close();
  });
});
