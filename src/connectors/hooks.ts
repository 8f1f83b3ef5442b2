/** Every kind of webhook that a source can be, by the name in its address. */

import type { Hook } from './hook.ts';
import { mailgun } from './mailgun.ts';
import { mapped } from './mapping.ts';
import { postmark } from './postmark.ts';
import { sendgrid } from './sendgrid.ts';

export const hooks = { sendgrid, mailgun, postmark, webhook: mapped } as const satisfies Record<string, Hook>;

export type HookKind = keyof typeof hooks;
