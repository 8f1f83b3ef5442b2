/** Lives through a made-up time on an empty database and compares all that is told of it with the recount. */

import { contactsThrough } from './contacts.ts';
import { checkContacts, checkFeedback } from './pages.ts';
import { startProcesses } from './processes.ts';
import { recount, type ToldHandoff, type ToldNotice } from './recount.ts';
import { live, type Size } from './world.ts';

export interface Checked {
  readonly findings: readonly string[];
  readonly counts: Readonly<Record<string, unknown>>;
}

export async function check(url: string, size: Size): Promise<Checked> {
  const processes = await startProcesses(url, size.from);
  try {
    const begun = performance.now();
    const findings: string[] = [];
    const find = (sentence: string): void => {
      findings.push(sentence);
    };
    const get = async (path: string) => {
      const response = await processes.call('GET', path);
      if (response.statusCode !== 200) throw new Error(`${path}: ${response.body}`);
      return response.json();
    };
    let middle = {};
    const year = await live(processes, size, async (until, now) => {
      const { all } = contactsThrough(until, [], () => {});
      middle = await checkContacts(get, all.values(), { from: size.from, now }, (sentence) =>
        find(`in the middle, ${sentence}`),
      );
    });
    const lived = performance.now();
    const { db } = processes.app();
    const ids = await db.rows<{ id: number }>('select handoff_id as id from handoff order by handoff_id');
    const told: ToldHandoff[] = [];
    for (const { id } of ids) told.push(await get(`/api/handoffs/${id}`));
    const notices = await db.rows<ToldNotice>(
      'select handoff_id::text as "handoffId", kind, recipient, details from handoff_notice',
    );
    const counted = recount(year, told, notices);
    findings.push(...counted.findings);
    const end = await checkContacts(get, counted.contacts.all.values(), { from: size.from, now: year.end }, find);
    const feedback = await checkFeedback(get, counted, find);
    const done = performance.now();
    const counts = {
      entries: year.log.length,
      looks: year.log.filter(({ kind }) => kind === 'look').length,
      calls: year.calls,
      refused: year.refused,
      handoffs: told.length,
      clocks: counted.clocks,
      outcomes: counted.outcomes,
      alarms: counted.alarms,
      middle,
      end,
      feedback,
      seconds: [Math.round((lived - begun) / 100) / 10, Math.round((done - lived) / 100) / 10],
    };
    return { findings, counts };
  } finally {
    await processes.close();
  }
}
