// Decides whether the web page was built from what lies in web/ now, and builds it when it was not.
// Plain JavaScript that runs before the service, with the packages installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const note = join(root, 'web/built/made-from');

/** Contents are compared, not dates: a checkout touches files without changing them. */
function stateOf() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const sources = globSync('web/**/*.{ts,tsx,css,html,json,svg}', { cwd: root, exclude: ['web/built/**'] });
  for (const file of sources.sort()) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Beside each file its compressed forms, so that nobody compresses it again for every reader. */
function compress() {
  for (const file of globSync('web/built/**/*.{html,js,css,svg}', { cwd: root })) {
    const content = readFileSync(join(root, file));
    writeFileSync(join(root, `${file}.br`), brotliCompressSync(content));
    writeFileSync(join(root, `${file}.gz`), gzipSync(content));
  }
}

const state = stateOf();
if (!existsSync(note) || readFileSync(note, 'utf8') !== state) {
  process.stderr.write('Building the web page (once) ...\n');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const run = spawnSync(process.execPath, [vite, 'build', 'web', '--logLevel', 'error'], {
    cwd: root,
    stdio: 'inherit',
    // Whoever asks for it, such as a test, must not get the slow build for developers.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (run.status !== 0) {
    process.stderr.write('The web page could not be built: see above.\n');
    process.exit(1);
  }
  compress();
  writeFileSync(note, state);
}
