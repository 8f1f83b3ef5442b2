// Who listens hears what changed, whichever process changed it, until the session ends or the service closes.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { NOON, testApp } from '../../test/service.ts';
import { createServer } from '../server.ts';
import { openDb } from '../store/db.ts';
import { createKey } from '../store/keys.ts';
import { keepRefusals } from '../store/sources.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('live', async () => {
  const { app } = await testApp(url ?? '');
  const server = await createServer(app);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const { key } = await createKey(app.db, { name: 'a test', scope: 'read', by: 'a test', now: NOON });
  const listen = async () => {
    const answer = await fetch(`${address}/api/live`, { headers: { authorization: `Bearer ${key}` } });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    return {
      answer,
      next: async (): Promise<string | undefined> => (await reader?.read())?.value,
    };
  };
  /** Reads until something of a topic was told. */
  const hear = async ({ next }: Awaited<ReturnType<typeof listen>>, topic: string): Promise<boolean> => {
    for (let text = await next(); text !== undefined; text = await next()) if (text.includes(`"${topic}"`)) return true;
    return false;
  };

  test('tells what changed, by whatever process, and ends when the service does', { timeout: 20_000 }, async () => {
    const page = await listen();
    expect(page.answer.headers.get('content-type')).toContain('text/event-stream');
    expect(await page.next()).toContain('retry');
    // The first look only sees how things are.
    await sleep(1_500);
    const other = openDb(url ?? '');
    await keepRefusals(other, [{ at: NOON, sourceId: null, reason: 'a test', message: '{}' }]);
    await other.close();
    expect(await hear(page, 'refusals')).toBe(true);
    const who = { userId: 'u1', anonymousId: null, email: null };
    const message = { kind: 'traits' as const, who, at: NOON, traits: { a: 1 } };
    await app.ingest.accept({ sourceId: null, receivedAt: NOON, messages: [message], refusals: [] });
    expect(await hear(page, 'contacts')).toBe(true);
    const closed = server.close();
    expect(await hear(page, 'none of them')).toBe(false);
    await closed;
  });
});
