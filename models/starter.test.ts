// The starter model is the first thing a user reads: it must check, explain itself, and give what it says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { explain } from '../src/core/explain.ts';
import { parseModel } from '../src/core/model.ts';
import { DAY } from '../src/core/time.ts';
import { type Contact, MILLION } from '../src/core/words.ts';

const text = readFileSync(new URL('starter.yaml', import.meta.url), 'utf8');
const AS_OF = Date.UTC(2026, 5, 30, 12);

test('it names its schema first and says at every line what it is', () => {
  const lines = text.trimEnd().split('\n');
  expect(lines[0]).toBe('# yaml-language-server: $schema=scoreline-model.schema.json');
  expect(lines.length).toBeLessThan(50);
  const unexplained = lines.filter((line, n) => !line.includes('# ') && !lines[n - 1]?.trimStart().startsWith('#'));
  const opening = ['', 'scores:', 'rules:', 'bands:'];
  expect(unexplained.map((line) => line.trim()).filter((line) => !opening.includes(line))).toEqual([]);
});

test('a founder who asked for a demo is an SQL, a silent one an MQL by fit alone, a competitor nothing', () => {
  const model = parseModel(text, 'starter.yaml');
  const founder: Contact = {
    id: '1',
    email: 'ana@harbour.example',
    createdAt: AS_OF - 100 * DAY,
    companyId: 'harbour',
    traits: new Map([['title', 'Founder & CEO']]),
    hasTraits: true,
    company: { id: 'harbour', traits: new Map([['employees', '40']]) },
    events: [
      ...[3, 5, 9].map((day) => ({
        id: `visit-${day}`,
        name: 'page_viewed',
        at: AS_OF - day * DAY,
        properties: new Map([['path', '/pricing/plans']]),
        ignored: false,
      })),
      {
        id: 'form',
        name: 'form_submitted',
        at: AS_OF - 3 * DAY + 60_000,
        properties: new Map([['form', 'demo']]),
        ignored: false,
      },
    ],
  };
  const now = explain(model, founder, AS_OF);
  const points = Object.fromEntries(now.reasons.map((reason) => [reason.rule, reason.points / MILLION]));
  // Three days with prices, 3, 5 and 9 days old: 5 × (0.933 + 0.891 + 0.812).
  expect(points).toEqual({
    decides: 30,
    'right-size': 20,
    student: 0,
    'asked-for-a-demo': 40,
    pricing: 13.18,
    'comes-back': 10,
    'gone-quiet': 0,
    unsubscribed: 0,
  });
  expect(now.scores.get('total')?.points).toBe(100 * MILLION);
  expect(now.stage).toBe('sql');

  // Nothing but 100 days of silence: three times ten points less, held at 0.
  const silent = explain(model, { ...founder, events: [] }, AS_OF);
  expect(silent.scores.get('interest')?.points).toBe(0);
  expect(silent.scores.get('total')?.points).toBe(50 * MILLION);
  expect(silent.stage).toBe('mql');
  expect(explain(model, { ...founder, email: 'ana@rival.example' }, AS_OF)).toMatchObject({
    disqualified: { reason: 'Competitor' },
    stage: null,
  });
});
