// Decides whether the packages the lock file names are installed, and installs them when they are not.
// Plain JavaScript without imports from the project: it runs before anything is there, on any Node >= 20.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean }} Entry */

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} file @returns {Record<string, Entry>} */
const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** Contents are compared, not dates: a checkout touches the lock file without changing it. */
function isInstalled() {
  const note = 'node_modules/.package-lock.json';
  if (!existsSync(join(root, note)) || !existsSync(join(root, 'node_modules/.bin/node'))) return false;
  const wanted = packagesOf('package-lock.json');
  const found = packagesOf(note);
  return Object.entries(wanted).every(([path, entry]) => {
    const present = found[path];
    if (path === '') return true;
    if (present === undefined) return entry.optional === true || entry.peer === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

if (!isInstalled()) {
  process.stderr.write('Installing the packages this project needs (once) ...\n');
  const npm = process.env.npm_execpath;
  const command = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const run = npm
    ? spawnSync(process.execPath, [npm, ...command], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', command, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error?.message ?? ''}\n`);
    process.stderr.write('The packages could not be installed: see above, then run "npm ci" by hand.\n');
    process.exit(1);
  }
}
