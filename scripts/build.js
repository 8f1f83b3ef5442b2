// Turns src/ into dist/ for publishing: JavaScript and types, and beside them what is read as it is (migrations, the
// tracker). A clone never needs it.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

rmSync(join(root, 'dist'), { recursive: true, force: true });
const run = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (run.status === 0) {
  for (const path of ['store/migrations', 'tracker/tracker.js']) {
    cpSync(join(root, 'src', path), join(root, 'dist', path), { recursive: true });
  }
}
process.exit(run.status ?? 1);
