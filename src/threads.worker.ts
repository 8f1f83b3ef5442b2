/** One thread beside the first: takes ranges of the runs it is told of. */

import { parentPort } from 'node:worker_threads';
import { type Share, scoreShare } from './threads.ts';

parentPort?.on('message', (share: Share) => {
  scoreShare(share);
  parentPort?.postMessage('done');
});
