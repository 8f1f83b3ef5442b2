// Finds a Chromium that tests can drive, and on Debian, as root, installs one when there is none. Run by itself it prints
// the path, or says what to do. Plain JavaScript without imports from the project.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// First the one without a window of its own: it draws the same pages with a quarter of the work for each that is opened.
const SHELL = 'chromium-headless-shell';
const NAMES = [SHELL, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

const APT = '/usr/bin/apt-get';

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a Chrome, Chromium or Edge: the one named by CHROME_PATH, or the first that is found. */
function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named) return named;
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...PLACES].find(isProgram);
}

/** @param {string[]} rest */
const apt = (...rest) =>
  spawnSync(APT, ['-o', 'DPkg::Lock::Timeout=300', ...rest], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** The path of a browser, after installing one where that can be done; undefined where it cannot. */
export function ensureBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && isProgram(APT);
  if (!mayInstall) return undefined;
  process.stderr.write('Installing Chromium for the tests that need a browser (once) ...\n');
  /** @param {string} name */
  const install = (name) => apt('install', '-y', '--no-install-recommends', name);
  const installed = install(SHELL) || (apt('update') && (install(SHELL) || install('chromium')));
  return installed ? findBrowser() : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = ensureBrowser();
  if (path === undefined) {
    process.stderr.write('No Chrome, Chromium or Edge was found: install one, or name it with CHROME_PATH.\n');
    process.exit(1);
  }
  process.stdout.write(`${path}\n`);
}
