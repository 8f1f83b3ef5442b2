// Decides how large the made-up year is that is lived through and counted again. Refuses to know what is right: see
// test/year.
//
//   node bench/year.ts [--contacts 10000] [--sellers 20] [--days 365] [--gap 480] [--restarts 6] [--seed 1]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../src/store/embedded.ts';
import { check } from '../test/year/check.ts';
import { machine } from './measure.ts';

const { values } = parseArgs({
  options: {
    contacts: { type: 'string', default: '10000' },
    sellers: { type: 'string', default: '20' },
    days: { type: 'string', default: '365' },
    gap: { type: 'string', default: '480' },
    restarts: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '2026-01-01' },
  },
});

const dataDir = mkdtempSync(join(tmpdir(), 'scoreline-year-'));
const { url, stop } = await startPostgres({ dataDir });
try {
  console.log(machine());
  const { findings, counts } = await check(url, {
    seed: Number(values.seed),
    contacts: Number(values.contacts),
    sellers: Number(values.sellers),
    from: Date.parse(values.from),
    days: Number(values.days),
    gap: Number(values.gap),
    restarts: Number(values.restarts),
  });
  console.log(JSON.stringify(counts, null, 1));
  for (const finding of findings.slice(0, 40)) console.log(`  ${finding}`);
  console.log(findings.length === 0 ? 'Everything is as it was counted again.' : `${findings.length} things differ.`);
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  await stop();
  rmSync(dataDir, { recursive: true });
}
