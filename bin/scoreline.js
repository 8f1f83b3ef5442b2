#!/usr/bin/env node
// Decides which Node runs the command line and from where: TypeScript in a clone, built JavaScript in a package.
// It knows nothing of what the commands do, and must itself run on any Node >= 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wanted = 24;
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));

/** The Node that came with the packages, or null. */
function pinnedNode() {
  try {
    const folder = dirname(modules.createRequire(import.meta.url).resolve('node/package.json'));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

if (Number.parseInt(process.versions.node, 10) >= wanted) {
  const source = new URL('../src/cli.ts', import.meta.url);
  const built = new URL('../dist/cli.js', import.meta.url);
  // To compile everything anew would be half of what a short command takes. Where the folder cannot be made it is done.
  modules.enableCompileCache(join(root, 'node_modules/.cache/scoreline/compiled'));
  const { main } = await import((existsSync(source) ? source : built).href);
  await main(process.argv.slice(2));
} else {
  const node = pinnedNode();
  if (node === null) {
    const clone = existsSync(join(root, 'package-lock.json'));
    const how = clone ? `run "npm ci" in ${root}` : `install Node ${wanted} or newer`;
    process.stderr.write(`scoreline needs Node ${wanted}, this is ${process.version}: ${how}.\n`);
    process.exit(1);
  }
  const child = spawn(node, [self, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The child decides what an interrupt means; this process only waits for it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    process.stderr.write(`scoreline could not start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}
