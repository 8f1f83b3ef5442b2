/** The present instant for whatever counts down, moved on while it is looked at. */

import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

/** Milliseconds between two looks at the clock: what is shown is whole minutes. */
const PAUSE = 15_000;

/** In milliseconds, UTC. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), PAUSE, { autoInvoke: true });
  return now;
}
