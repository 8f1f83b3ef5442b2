// Decides how something is measured: in turns, so that a busy moment of the machine falls on all alike, and by the median.
// Refuses to know what is measured.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/** What is measured: a name for the table, and one run of it. */
export interface Contestant {
  name: string;
  run(): Promise<Cost>;
}

/** Seconds of the clock, and the most memory the whole process held, in megabytes; null inside this process. */
export interface Cost {
  seconds: number;
  peak: number | null;
}

/** Runs all in turns, A B A B, and gives the median cost of each by name. The first round only warms up. */
export async function inTurns(rounds: number, contestants: readonly Contestant[]): Promise<Map<string, Cost>> {
  const costs = new Map(contestants.map(({ name }) => [name, [] as Cost[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run } of contestants) {
      const cost = await run();
      if (round > 0) costs.get(name)?.push(cost);
    }
  }
  return new Map([...costs].map(([name, list]) => [name, medianCost(list)]));
}

function medianCost(costs: readonly Cost[]): Cost {
  const peaks = costs.flatMap(({ peak }) => (peak === null ? [] : [peak]));
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    peak: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN;
  return (low + high) / 2;
}

/** The time of work done in this process. */
export async function timed(work: () => Promise<unknown> | unknown): Promise<Cost> {
  const start = performance.now();
  await work();
  return { seconds: (performance.now() - start) / 1000, peak: null };
}

/**
 * The cost of a whole process of this Node, from its start to its end.
 * @param args the program and its arguments
 * @throws Error with what it said when it ends with anything but 0
 */
export async function wholeProcess(args: readonly string[]): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-bench-'));
  const file = join(folder, 'peak');
  try {
    const start = performance.now();
    await new Promise<void>((resolve, reject) => {
      const child = spawn(process.execPath, ['--import', new URL('peak.ts', import.meta.url).href, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, BENCH_PEAK: file },
      });
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`)),
      );
    });
    const seconds = (performance.now() - start) / 1000;
    return { seconds, peak: Number(readFileSync(file, 'utf8')) / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The machine in one line. */
export function machine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
}
