// The PostgreSQL for tests: it is there, and each test file has a database of its own in it.
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { postgresUrl } from './postgres.ts';

const url = await postgresUrl();
const other = await postgresUrl('nothing');

describe.skipIf(url === undefined)('the server for tests', () => {
  test('a table that one makes is not seen from another', async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE thing (id int)');
    const { rows } = await client.query("SELECT current_database() AS database, 'contact'::regclass::text AS name");
    expect(rows).toEqual([{ database: expect.stringMatching(/^test_[0-9a-f]{32}$/), name: 'contact' }]);
    await client.end();

    const elsewhere = new Client({ connectionString: other });
    await elsewhere.connect();
    await expect(elsewhere.query('SELECT * FROM contact')).rejects.toThrow('relation "contact" does not exist');
    await elsewhere.end();
  });
});
