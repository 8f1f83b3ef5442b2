// Loaded before a measured program with `node --import`: when it ends, writes the most memory it held, in kilobytes, to the
// file named in BENCH_PEAK. The system counts that for the whole process, its threads included.

import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.BENCH_PEAK;
if (isMainThread && file !== undefined) {
  process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
}
