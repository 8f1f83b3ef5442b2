/**
 * Runs the command line for tests: in this process with captured output, or as the program a user starts, where
 * standard input, pipes and signals matter. It refuses to know what the commands do.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { run } from '../src/cli.ts';

export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOW = Date.parse('2026-06-30T12:00:00Z');

/** Runs one command in this process, at noon of 30 June 2026. */
export async function command(...args: readonly string[]): Promise<Finished> {
  const printed = { out: '', err: '' };
  const status = await run(args, {
    now: () => NOW,
    out: (text) => {
      printed.out += `${text}\n`;
    },
    note: (text) => {
      printed.err += `${text}\n`;
    },
    progress: () => {},
    width: 200,
  });
  return { status, ...printed };
}

/** Starts `bin/scoreline.js` as a process of its own. */
export const start = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
  spawn(process.execPath, [join(ROOT, 'bin/scoreline.js'), ...args], { env });

/** Runs the program to its end. */
export async function program(args: readonly string[], input = ''): Promise<Finished> {
  const child = start(args);
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed.err += text;
  });
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, ...printed };
}

/** A folder of its own for a test, gone when it ends. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'scoreline-command-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Writes files into a folder of their own and gives its path. */
export function files(texts: Readonly<Record<string, string>>): string {
  const path = folder();
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(path, name), text);
  return path;
}
