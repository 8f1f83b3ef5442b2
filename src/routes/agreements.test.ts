// An agreement from the draft to both signatures: what is refused, and that what is signed is one exact text.
import { describe, expect, test } from 'vitest';
import { pdfText } from '../../test/pdf-text.ts';
import { postgresUrl } from '../../test/postgres.ts';
import { testApp } from '../../test/service.ts';
import { asPerson } from '../../test/signed-in.ts';
import { examine } from '../health.ts';
import { createServer } from '../server.ts';

const MODEL = `
model: b2b
scores: { fit: { range: [0, 100], rules: [ { id: decides, if: { title: { mentions: [ceo] } }, points: 60 } ] } }
stages: [ { id: mql, enter: { score: { fit: { atLeast: 50 } } } } ]
`;
const TEXT = 'agreement: leads\nmodel: b2b\ndefinition: { stage: mql, require: [phone] }\n';
const url = await postgresUrl();

describe.skipIf(url === undefined)('agreements over HTTP', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const server = await createServer(service.app);
  await server.ready();
  const people = {
    marketing: await asPerson(server, service, 'marketing'),
    sales: await asPerson(server, service, 'sales'),
    leadership: await asPerson(server, service, 'leadership'),
    administrator: await asPerson(server, service, 'administrator'),
  };
  await service.app.scoring.publish(MODEL, 'a test');
  const ask = async (
    who: keyof typeof people,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
  ) => {
    const answer = await people[who]({ method, url: path, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  };

  test('two people do not overwrite each other in a draft', async () => {
    const path = '/api/agreement-drafts/leads';
    const first = await ask('marketing', 'PUT', path, { document: 'half' });
    expect(first.status).toBe(200);
    const seen = first.body.changedAt;
    expect((await ask('sales', 'PUT', path, { document: TEXT, seen })).status).toBe(200);
    expect((await ask('marketing', 'PUT', path, { document: 'other', seen })).body).toMatchObject({ code: 'conflict' });
    expect((await ask('leadership', 'GET', '/api/agreement-drafts')).body.items).toMatchObject([
      { name: 'leads', document: TEXT },
    ]);
    expect((await ask('marketing', 'DELETE', path)).status).toBe(204);
    expect((await ask('marketing', 'DELETE', path)).status).toBe(404);
  });

  test('a wrong document is told where, and proposed by nobody', async () => {
    const wrong = TEXT.replace('mql', 'mqls');
    const checked = await ask('leadership', 'POST', '/api/agreements/check', { document: wrong });
    expect(checked.body).toMatchObject({ ok: false, problems: [{ path: 'definition.stage', line: 3 }] });
    expect((await ask('marketing', 'POST', '/api/agreements', { document: wrong })).status).toBe(400);
    expect((await ask('marketing', 'POST', '/api/agreements', { document: 'no: model' })).status).toBe(400);
    expect((await ask('marketing', 'POST', '/api/agreements/check', { document: TEXT })).body).toMatchObject({
      ok: true,
      problems: [],
      terms: { require: ['phone'] },
    });
  });

  test('it comes into force when one of each side has signed this very text, and a new version needs new signatures', async () => {
    const { body: one } = await ask('marketing', 'POST', '/api/agreements', { document: TEXT });
    const path = `/api/agreements/${one.id}`;
    expect((await ask('marketing', 'POST', `${path}/publish`)).body.message).toBe(
      'nobody of marketing and nobody of sales has signed it',
    );
    expect((await ask('marketing', 'POST', `${path}/sign`, { hash: 'a'.repeat(64) })).body.code).toBe('conflict');
    expect((await ask('administrator', 'POST', `${path}/sign`, { hash: one.hash })).status).toBe(403);
    expect((await ask('marketing', 'POST', `${path}/sign`, { hash: one.hash })).status).toBe(200);
    expect((await ask('marketing', 'POST', `${path}/publish`)).body.message).toBe('nobody of sales has signed it');
    expect((await ask('sales', 'POST', `${path}/sign`, { hash: one.hash })).status).toBe(200);
    const published = await ask('sales', 'POST', `${path}/publish`);
    expect(published.body.inForceFrom).not.toBeNull();
    expect(published.body.signatures.map(({ team, by, hash }: Record<string, string>) => [team, by, hash])).toEqual([
      ['marketing', 'marketing@example.org', one.hash],
      ['sales', 'sales@example.org', one.hash],
    ]);
    expect((await ask('sales', 'POST', `${path}/sign`, { hash: one.hash })).body.message).toContain('in force already');
    expect((await ask('sales', 'POST', `${path}/publish`)).status).toBe(409);

    const { body: two } = await ask('sales', 'POST', '/api/agreements', { document: `${TEXT}# a word more\n` });
    expect(two).toMatchObject({ version: 2, signatures: [] });
    for (const who of ['marketing', 'sales'] as const)
      await ask(who, 'POST', `/api/agreements/${two.id}/sign`, { hash: two.hash });
    service.now += 1_000;
    await ask('sales', 'POST', `/api/agreements/${two.id}/publish`);
    const { body: all } = await ask('leadership', 'GET', '/api/agreements');
    expect(all.items.map((item: { inForceUntil: string | null }) => item.inForceUntil === null)).toEqual([true, false]);
    const file = await people.sales({ method: 'GET', url: `${path}/document` });
    expect(file.body).toBe(TEXT);
    const pdf = await people.sales({ method: 'GET', url: `${path}/agreement.pdf?language=tr` });
    const printed = pdfText(pdf.rawPayload).join('').replaceAll(' ', '');
    for (const text of [one.hash, 'marketing@example.org', 'Pazarlama']) expect(printed).toContain(text);
  });

  test('what names a score or a stage that a new version lacks is told before it is published and serves, and after', async () => {
    const search = { where: { score: { fit: { atLeast: 10 } } }, sort: { by: 'score', score: 'fit' } };
    const { body: saved } = await ask('sales', 'POST', '/api/segments', { name: 'fitting', search });
    const hours = { zone: 'UTC', week: [[], [], [], [], [], [], []] };
    const territory = { score: { fit: { atLeast: 90 } } };
    await ask('marketing', 'PUT', '/api/sellers/ana@x.example', { ...hours, territory });
    const document = MODEL.replaceAll('fit:', 'shape:').replace('id: mql', 'id: hot');
    const score = { kind: 'score', name: 'fit', of: null };
    const agreement = { kind: 'agreement', id: '2', name: 'leads', lacks: [{ kind: 'stage', name: 'mql', of: null }] };
    const lose = [
      agreement,
      { kind: 'search', id: saved.id, name: 'fitting', lacks: [score] },
      { kind: 'territory', id: 'ana@x.example', name: 'ana@x.example', lacks: [score] },
    ];
    expect((await ask('leadership', 'POST', '/api/models/dependents', { document })).body.items).toEqual(lose);
    expect((await ask('leadership', 'POST', '/api/models/dependents', { document: MODEL })).body.items).toEqual([]);
    const { body: version } = await ask('marketing', 'POST', '/api/models', { document });
    expect(version.lose).toEqual(lose);
    expect((await ask('sales', 'GET', `/api/models/${version.id}`)).body.lose).toEqual(lose);
    expect((await ask('sales', 'GET', '/api/agreements/2')).body.lost).toBeNull();
    const { body: switched } = await ask('marketing', 'POST', `/api/models/${version.id}/switch`);
    expect(switched.lose).toEqual(lose);
    expect((await ask('sales', 'GET', '/api/agreements/2')).body.lost).toEqual({ version: 2, lacks: agreement.lacks });
    expect((await ask('sales', 'GET', '/api/agreements/1')).body.lost).toBeNull();
    expect((await ask('marketing', 'GET', '/api/notices')).body.items).toMatchObject([
      {
        kind: 'agreement-lost',
        handoffId: null,
        details: { agreement: 'leads', agreementId: '2', modelId: version.id },
      },
    ]);
    const found: string[] = [];
    for await (const { what, ok, says } of examine(
      service.app.db,
      service.app.scoring,
      () => service.now,
      async () => {},
    ))
      if (!ok && what === 'promises') found.push(says);
    expect(found).toEqual([expect.stringContaining('leads names stage mql, which version 2 of b2b lacks')]);
  });

  test('who is asked has a language, and so has the workspace', async () => {
    expect((await ask('sales', 'GET', '/api/me')).body.language).toBeNull();
    expect((await ask('sales', 'PUT', '/api/me/language', { language: 'ru' })).status).toBe(204);
    expect((await ask('sales', 'GET', '/api/me')).body.language).toBe('ru');
    expect((await ask('sales', 'PUT', '/api/me/language', { language: 'xx' })).status).toBe(400);
    expect((await ask('sales', 'GET', '/api/language')).body).toEqual({ language: 'en' });
    expect((await ask('sales', 'PUT', '/api/language', { language: 'ro' })).status).toBe(403);
    expect((await ask('administrator', 'PUT', '/api/language', { language: 'ro' })).status).toBe(204);
    expect((await ask('sales', 'GET', '/api/language')).body).toEqual({ language: 'ro' });
  });

  test('a comment stands beside a part until somebody deals with it', async () => {
    const said = await ask('leadership', 'POST', '/api/agreement-comments', {
      name: 'leads',
      about: 'definition.require',
      body: 'Is a phone needed?',
    });
    expect(said.status).toBe(200);
    const path = `/api/agreement-comments/${said.body.id}/resolve`;
    expect((await ask('sales', 'POST', path)).body.resolvedBy).toBe('sales@example.org');
    expect((await ask('sales', 'POST', path)).status).toBe(404);
    expect((await ask('marketing', 'GET', '/api/agreement-comments?name=leads')).body.items).toHaveLength(1);
  });
});
