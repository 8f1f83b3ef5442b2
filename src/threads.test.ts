import { expect, test } from 'vitest';
import { columnsOf } from './core/columns.ts';
import { finishRun, scoreColumns } from './core/kernel.ts';
import { newRun } from './core/kernel-run.ts';
import { checkModel } from './core/model.ts';
import { needsOf } from './core/needs.ts';
import type { Contact } from './core/words.ts';
import { openThreads } from './threads.ts';

const NOW = Date.UTC(2026, 0, 31);
const DAY = 86_400_000;

/** More contacts than one thread takes at a time, each with something of its own to score. */
const contacts: Contact[] = Array.from({ length: 30_000 }, (_, i) => ({
  id: String(i),
  email: null,
  createdAt: NOW - (i % 400) * DAY,
  companyId: null,
  traits: new Map([['size', String(i % 97)]]),
  hasTraits: i % 50 !== 0,
  company: null,
  events: Array.from({ length: i % 5 }, (_, k) => ({
    id: String(k),
    name: k % 2 === 0 ? 'page_viewed' : 'email_opened',
    at: NOW - ((i * 7 + 5 - k) % 60) * DAY,
    properties: new Map([['path', `/p${(i + k) % 9}`]]),
    ignored: false,
  })).sort((a, b) => a.at - b.at),
}));

const model = checkModel({
  model: 'threads',
  scores: {
    s: {
      range: [-100, 100],
      rules: [
        { id: 'size', if: { size: { atLeast: 50 } }, points: 3 },
        { id: 'pages', on: 'page_viewed', distinct: 'path', pointsEach: 2.5, decay: { halfLife: '10d' } },
        { id: 'opens', on: 'email_opened', within: '30d', count: { atLeast: 1 }, points: 7 },
        { id: 'quiet', silent: 'any', for: '30d', pointsEach: -1, max: 9 },
      ],
    },
  },
});

test('three threads give what one gives, run after run', async () => {
  const columns = columnsOf(contacts, needsOf(model));
  const alone = scoreColumns(model, columns, NOW, { next: true, reasons: true });
  const threads = openThreads(3);
  try {
    for (let round = 0; round < 3; round++) {
      const shares: number[] = [];
      const run = newRun(model, columns, NOW, { next: true, reasons: true });
      await threads.score(run, (share) => shares.push(share));
      finishRun(run, columns);
      expect(run.results).toEqual(alone);
      expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
    }
  } finally {
    await threads.close();
  }
});
