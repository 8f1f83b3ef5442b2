/** Sentences in the language that was asked for, wherever the API gives any. */

import { describe, expect, test } from 'vitest';
import { postgresUrl } from '../../test/postgres.ts';
import { testApp } from '../../test/service.ts';
import { byKey } from '../../test/signed-in.ts';
import { createServer } from '../server.ts';

const MODEL = `
model: small
scores:
  fit:
    range: [0, 100]
    rules:
      - { id: right-age, if: { role_since: { olderThan: 21d } }, points: 20 }
stages:
  - { id: mql, enter: { score: { fit: { atLeast: 20 } } } }
`;

const url = await postgresUrl();

describe.skipIf(url === undefined)('sentences', async () => {
  if (url === undefined) return;
  const service = await testApp(url);
  const server = await createServer(service.app);
  const write = await byKey(server, service, 'write');
  const get = async (path: string) => (await write({ url: path })).json();
  const post = (path: string, payload: object) => write({ method: 'POST', url: path, payload });
  const model = (await post('/api/models', { document: MODEL })).json();
  const contact = (
    await post('/api/contacts', { email: 'ana@harbour.example', traits: { role_since: '2020-01-01' } })
  ).json();

  test.each([
    ['', 'role since is at least 21d ago'],
    ['?language=en', 'role since is at least 21d ago'],
    ['?language=ro', 'role_since este cu cel puțin 3 săptămâni în urmă'],
    ['?language=tr', 'role_since alanı en az 3 hafta önce'],
    ['?language=ru', 'role_since не менее 3 недель назад'],
    ['?language=zh-Hant', '「role_since」距今至少 3 週'],
  ])('reasons%s', async (query, sentence) => {
    const { items } = await get(`/api/contacts/${contact.id}/scores${query}`);
    expect(items[0].reasons[0]).toMatchObject({ rule: 'right-age', points: 20, sentence });
  });

  test('what a version changed', async () => {
    const { id } = (await post('/api/models', { document: MODEL.replace('points: 20', 'points: 21') })).json();
    const sentences = async (language: string) =>
      (await get(`/api/models/${id}/diff?from=${model.id}&language=${language}`)).sentences;
    expect(await sentences('en')).toEqual([
      '`right-age` now gives 21 instead of 20 points if role since is at least 21d ago.',
    ]);
    expect(await sentences('zh-Hant')).toEqual([
      '規則「right-age」的給分：現為 21，原為 20（若「role_since」距今至少 3 週）。',
    ]);
  });

  test('a document, part by part, before anybody has published it', async () => {
    const draft = MODEL.replace('model: small', 'model: draft');
    expect((await post('/api/models/sentences', { document: draft, language: 'ru' })).json()).toEqual({
      sentences: [
        { kind: 'score', id: 'fit', path: 'scores.fit', sentence: 'сумма правил, от 0 до 100' },
        { kind: 'rule', id: 'right-age', path: 'scores.fit.rules.0', sentence: 'role_since не менее 3 недель назад' },
        {
          kind: 'stage',
          id: 'mql',
          path: 'stages.0',
          sentence: 'начинается, если оценка «fit» не меньше 20; заканчивается только вручную; в начале списка',
        },
      ],
    });
    const [english] = (await post('/api/models/sentences', { document: draft })).json().sentences;
    expect(english.sentence).toBe('the sum of its rules, from 0 to 100');
  });

  test('a language that nobody speaks here, and a document that is none, are refused', async () => {
    const refused = [
      await write({ url: `/api/contacts/${contact.id}/scores?language=xx` }),
      await write({ url: `/api/models/${model.id}/diff?from=${model.id}&language=zh` }),
      await post('/api/models/sentences', { document: MODEL, language: 'EN' }),
    ];
    for (const response of refused) {
      expect(response.json()).toMatchObject({ code: 'request_invalid', message: expect.stringContaining('language') });
      expect(response.statusCode).toBe(400);
    }
    const broken = await post('/api/models/sentences', { document: 'model: m\nscores: 5' });
    expect([broken.statusCode, broken.json().code]).toEqual([400, 'model_invalid']);
  });
});
