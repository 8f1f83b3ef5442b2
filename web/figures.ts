/** What the service answers about figures, goals and companies, in types that come from its routes. */

import type { z } from 'zod';
import type { accountRow, accountShape, memberShape } from '../src/routes/accounts.ts';
import type { goalShape, outcomeShape } from '../src/routes/goals.ts';
import type { behindShape, funnelShape, originsShape, stepsShape, weeksShape } from '../src/routes/overview.ts';

export type Funnel = z.output<typeof funnelShape>;
export type Weeks = z.output<typeof weeksShape>;
export type Steps = z.output<typeof stepsShape>;
export type Origins = z.output<typeof originsShape>;
export type Behind = z.output<typeof behindShape>;
export type Goal = z.output<typeof goalShape>;
export type Outcome = z.output<typeof outcomeShape>;
export type AccountRow = z.output<typeof accountRow>;
export type Account = z.output<typeof accountShape>;
export type Member = z.output<typeof memberShape>;
