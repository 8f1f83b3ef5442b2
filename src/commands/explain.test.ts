// `scoreline explain`: the numbers on the screen add up to the score on the screen, and to what `score` writes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command, files } from '../../test/command.ts';
import * as small from '../../test/small.ts';
import { demoData, writeDemo } from '../demo.ts';

const smallFiles = (): string =>
  files({ 'm.yaml': small.model, 'c.csv': small.contacts, 'k.csv': small.companies, 'e.csv': small.events });
const given = (path: string): string[] => [
  ...['--model', join(path, 'm.yaml'), '--contacts', join(path, 'c.csv'), '--companies', join(path, 'k.csv')],
  ...['--events', join(path, 'e.csv'), '--as-of', small.asOf],
];

test('one contact in full', async () => {
  const { status, out, err } = await command('explain', ...given(smallFiles()), '--contact', 'ana');
  expect([status, err]).toEqual([0, '']);
  expect(out).toBe(`ana, company k1 as of 2026-06-30 12:00 UTC

fit  50  grade A  (0 to 50)
    +30  decides: title mentions “ceo”, “founder”
  +20.5  right-size: company employees is between 10 and 500
  1 rule gave nothing
  the sum 50.5 is held to 50

interest  7.5  grade A  (-20 to 40)
  +7.5  pricing: for each page viewed where path starts with “/pricing” (1 per day) halving every 30d
        2026-05-31 10:00 UTC  page_viewed  path=/pricing
        2026-06-30 08:00 UTC  page_viewed  path=/pricing
  1 rule gave nothing

total  53.75  hot  (0 to 100)  = fit + 0.5 × interest

quadrant  A1  (fit × interest)

Stage: mql
Next change: 2026-07-01 00:00 UTC
`);
});

test('a contact without data, one that is out, and one that is not there', async () => {
  const path = smallFiles();
  const cat = await command('explain', ...given(path), '--contact', 'cat');
  expect(cat.out).toContain('fit  no data: no trait and no event is known');
  expect(cat.out).toContain('Next change: none, unless something happens');
  const dan = await command('explain', ...given(path), '--contact', 'dan');
  expect(dan.out).toContain('Disqualified: Competitor, of ours\nStage: none\n');
  const nobody = await command('explain', ...given(path), '--contact', 'Ana');
  expect([nobody.status, nobody.out, nobody.err.split('\n')[0]]).toEqual([
    1,
    '',
    `no contact in ${join(path, 'c.csv')} has the id Ana.`,
  ]);
});

interface Block {
  readonly score: number;
  readonly lines: readonly string[];
}

/** The scores of an explanation with the lines under each, by name. */
function blocks(text: string): Map<string, Block> {
  const found = new Map<string, Block>();
  for (const block of text.split('\n\n')) {
    const [head = '', ...lines] = block.split('\n');
    const [, name, score] = /^(\S+) {2}(-?[\d.]+)(?: |$)/.exec(head) ?? [];
    if (name !== undefined) found.set(name, { score: Number(score), lines: [head, ...lines] });
  }
  return found;
}

/** What the lines of one score add up to: rules by group, groups and the whole held where the text says so. */
function addedUp({ lines }: Block): number {
  const sums = new Map<string, number>();
  for (const line of lines) {
    const [, points, group = ''] = /^ +([+-][\d.]+) {2}[\w.-]+(?: \[([\w.-]+)\])?: /.exec(line) ?? [];
    if (points !== undefined) sums.set(group, (sums.get(group) ?? 0) + Math.round(Number(points) * 1e6));
  }
  const held = (sum: number, pattern: RegExp): number => {
    const [, from, to] = lines.map((line) => pattern.exec(line)).find((match) => match !== null) ?? [];
    if (from === undefined) return sum;
    expect(Math.round(Number(from) * 1e6)).toBe(sum);
    return Math.round(Number(to) * 1e6);
  };
  const whole = [...sums].reduce(
    (all, [group, sum]) =>
      all +
      (group === '' ? sum : held(sum, new RegExp(`^ +group ${group}: the sum (-?[\\d.]+) is held to (-?[\\d.]+)$`))),
    0,
  );
  return held(whole, /^ +the sum (-?[\d.]+) is held to (-?[\d.]+)$/) / 1e6;
}

test('of made-up leads, the lines add up to each score, sums are sums, and `score` writes the same', async () => {
  const asOf = Date.UTC(2026, 5, 30, 12);
  const data = demoData({ seed: 7, contacts: 15, asOf });
  const path = files({});
  await writeDemo(path, data);
  const args = [
    ...['--model', join(path, 'model.yaml'), '--contacts', join(path, 'contacts.csv'), '--companies'],
    ...[join(path, 'companies.csv'), '--events', join(path, 'events.csv'), '--as-of', String(asOf)],
  ];
  const { out: csv } = await command('score', ...args, '--out', join(path, 'out.ndjson'));
  expect(csv).toBe('');
  const written = readFileSync(join(path, 'out.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  let held = 0;
  for (const row of written) {
    const { out } = await command('explain', ...args, '--contact', row.id);
    if (row.total === null) {
      expect(out).toContain('no data');
      continue;
    }
    const parts = blocks(out);
    const [fit, interest, total] = ['fit', 'interest', 'total'].map((name) => parts.get(name));
    if (fit === undefined || interest === undefined || total === undefined) throw new Error(out);
    expect([fit.score, interest.score, total.score]).toEqual([row.fit, row.interest, row.total]);
    expect(addedUp(fit)).toBe(fit.score);
    expect(addedUp(interest)).toBe(interest.score);
    const sum = Math.round(fit.score * 500_000 + interest.score * 800_000) / 1e6;
    expect(Math.min(100, Math.max(0, sum))).toBe(total.score);
    expect(out).toContain(`Stage: ${row.stage ?? 'none'}`);
    held += Number(out.includes('is held to'));
  }
  expect(held).toBeGreaterThan(1);
});
