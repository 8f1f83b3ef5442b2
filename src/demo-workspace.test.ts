// The made-up leads in a service: all of them, once, and the same ones when the first start was interrupted. How they are
// scored is looked at where they are taken out again (routes/start.test.ts).
import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../test/postgres.ts';
import { testApp } from '../test/service.ts';
import { fillDemo } from './demo-workspace.ts';

const url = await postgresUrl();

describe.skipIf(url === undefined)('the demo workspace', async () => {
  const service = await testApp(url ?? '');
  const { app } = service;
  const counts = async () => {
    const [row] = await app.db.rows<{ contacts: number; companies: number; events: number; versions: number }>(
      `select (select count(*) from contact) as contacts, (select count(*) from company) as companies,
              (select count(*) from event) as events, (select count(*) from model) as versions`,
    );
    return row;
  };

  test('is filled once, however often it is asked for and whenever it was interrupted', async () => {
    const accept = app.ingest.accept.bind(app.ingest);
    let pieces = 0;
    const interrupted = {
      ...app,
      ingest: {
        ...app.ingest,
        accept: (request: Parameters<typeof accept>[0]) =>
          ++pieces === 5 ? Promise.reject(new Error('interrupted')) : accept(request),
      },
    };
    await expect(fillDemo(interrupted, 1_000)).rejects.toThrow('interrupted');
    service.now += 86_400_000;
    expect(await fillDemo(app, 1_000)).toBe(true);
    const filled = await counts();
    expect(filled?.contacts).toBe(1_000);
    expect(filled?.companies).toBeGreaterThan(250);
    expect(filled?.events).toBeGreaterThan(10_000);
    expect(filled?.versions).toBe(1);
    expect(await fillDemo(app, 1_000)).toBe(false);
    expect(await counts()).toEqual(filled);
  });
});
