/** Figures of the pages, counted again from what contacts were and what happened to hand-offs. */

import { type PlainContact, placeOf, worthAt } from './contacts.ts';
import type { Counted } from './recount.ts';

const DAY = 86_400_000;
const STAGES = ['lead', 'mql', 'sql'] as const;

export type Get = (path: string) => Promise<unknown>;
type Find = (sentence: string) => void;

const same = (what: string, told: unknown, counted: unknown, find: Find): void => {
  const [one, other] = [JSON.stringify(told), JSON.stringify(counted)];
  if (one !== other) find(`${what}: told ${one?.slice(0, 300)}, counted ${other?.slice(0, 300)}`);
};

/** Funnel, weeks, goals and today, as of an instant. */
export async function checkContacts(
  get: Get,
  all: Iterable<PlainContact>,
  { from, now }: { from: number; now: number },
  find: Find,
) {
  const contacts = [...all].map((contact) => ({
    contact,
    worth: worthAt(contact, now),
    moves: contact.moves.filter(({ at }) => at <= now),
  }));
  const wins = contacts.flatMap(({ contact }) =>
    contact.held.filter((one) => one.name === 'deal_won' && !one.voided).map(({ at }) => ({ id: contact.id, at })),
  );
  const to = now + 1;
  const first = (list: readonly { id: string; at: number }[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const { id, at } of list.toSorted((a, b) => a.at - b.at)) if (!found.has(id)) found.set(id, at);
    return found;
  };
  const crossings = (stage: string, span: { from: number; to: number }) =>
    contacts.flatMap(({ contact, moves }) =>
      moves
        .filter(
          ({ at, from: was, to: is }) =>
            at >= span.from && at < span.to && placeOf(was) < placeOf(stage) && placeOf(is) >= placeOf(stage),
        )
        .map(({ at }) => ({ id: contact.id, at })),
    );
  const { present } = (await get(`/api/overview/funnel?from=${from}&to=${to}`)) as {
    present: { won: number; stages: { stage: string; now: number; reached: number; wentOn: number; stays: object }[] };
  };
  same('the funnel, won', present.won, first(wins).size, find);
  for (const [n, stage] of STAGES.entries()) {
    const own = first(crossings(stage, { from, to }));
    const next = STAGES[n + 1];
    const later = next === undefined ? wins : crossings(next, { from, to });
    const wentOn = [...own].filter(([id, at]) => later.some((one) => one.id === id && one.at >= at)).length;
    const stays = contacts
      .flatMap(({ moves }) =>
        moves.flatMap((move, i) => (move.from === stage && i > 0 ? [move.at - (moves[i - 1]?.at ?? 0)] : [])),
      )
      .sort((a, b) => a - b);
    const nth = (share: number): number | null => stays[Math.max(0, Math.ceil(share * stays.length) - 1)] ?? null;
    const counted = {
      stage,
      now: contacts.filter(({ worth }) => worth.stage === stage).length,
      reached: own.size,
      wentOn,
      stays: { count: stays.length, median: nth(0.5), slow: nth(0.9) },
    };
    same(`the funnel, ${stage}`, present.stages[n], counted, find);
  }
  const { weeks } = (await get(`/api/overview/weeks?from=${from}&to=${to}&stage=mql`)) as {
    weeks: { from: string; to: string; reached: number }[];
  };
  const reached = [...first(crossings('mql', { from, to })).values()];
  for (const week of weeks)
    same(
      `qualified leads in the week from ${week.from}`,
      week.reached,
      reached.filter((at) => at >= Date.parse(week.from) && at < Date.parse(week.to)).length,
      find,
    );
  const { items: goals } = (await get('/api/goals')) as {
    items: { stage: string | null; period: string; current: { from: string; to: string; reached: number } }[];
  };
  for (const { stage, period, current } of goals) {
    const date = new Date(now);
    const month = period === 'month' ? date.getUTCMonth() : date.getUTCMonth() - (date.getUTCMonth() % 3);
    const span = {
      from: Date.UTC(date.getUTCFullYear(), month),
      to: Date.UTC(date.getUTCFullYear(), month + (period === 'month' ? 1 : 3)),
    };
    const counted =
      stage === null
        ? wins.filter(({ at }) => at >= span.from && at < span.to).length
        : first(crossings(stage, span)).size;
    same(
      `the goal of ${stage ?? 'wins'} a ${period}`,
      [Date.parse(current.from), Date.parse(current.to), current.reached],
      [span.from, span.to, counted],
      find,
    );
  }
  const today: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = (await get(`/api/today?limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`)) as {
      items: { id: string }[];
      next: string | null;
    };
    today.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  const order = contacts
    .filter(({ contact, worth }) => worth.stage !== null && !contact.suppressed)
    .map(({ contact, worth, moves }) => ({
      id: contact.id,
      place: placeOf(worth.stage),
      since: moves.at(-1)?.at ?? 0,
      total: worth.total ?? 0,
    }))
    .sort((a, b) => b.place - a.place || b.since - a.since || b.total - a.total || Number(a.id) - Number(b.id));
  same('today', today.length, order.length, find);
  const wrong = order.findIndex(({ id }, i) => today[i] !== id);
  if (wrong >= 0) find(`today, place ${wrong}: told ${today[wrong]}, counted ${JSON.stringify(order[wrong])}`);
  return {
    contacts: contacts.length,
    wins: wins.length,
    qualified: reached.length,
    today: today.length,
    days: Math.round((now - from) / DAY),
  };
}

interface Told {
  readonly handed: number;
  readonly answered: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly recycled: number;
  readonly disqualified: number;
  readonly won: number;
  readonly lost: number;
  readonly amounts: Readonly<Record<string, number>>;
  readonly acceptance: { readonly share: number } | null;
  readonly winning: { readonly share: number } | null;
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

/** Rates by rule, band and source, sums of what was won, and hand-offs by state. */
export async function checkFeedback(get: Get, { handoffs, contacts }: Counted, find: Find) {
  const labelled = handoffs.map((one) => {
    const given = one.facts.findIndex(({ kind }) => kind === 'assigned');
    const facts = given < 0 ? [] : one.facts.slice(given);
    const answer =
      facts.find(({ kind }) =>
        ['accepted', 'rejected', 'recycled', 'disqualified', 'opportunity', 'won', 'lost'].includes(kind),
      )?.kind ?? null;
    const end = facts.find(({ kind }) => ['won', 'lost', 'rejected', 'recycled', 'disqualified'].includes(kind));
    const evidence = contacts.evidence.get(one.told.id);
    return {
      one,
      answer: answer === 'opportunity' || answer === 'won' || answer === 'lost' ? 'accepted' : answer,
      end,
      evidence,
    };
  });
  const count = (list: typeof labelled): unknown => {
    const ends = (kind: string): number => list.filter(({ end }) => end?.kind === kind).length;
    const amounts: Record<string, number> = {};
    for (const { end } of list)
      if (end?.kind === 'won')
        amounts[String(end.details.currency)] =
          (amounts[String(end.details.currency)] ?? 0) + Number(end.details.amount);
    const reasons = Object.entries(
      Object.groupBy(
        list.filter(({ end }) => end?.kind === 'rejected'),
        ({ end }) => String(end?.details.reason),
      ),
    );
    const answered = list.filter(({ answer }) => answer !== null).length;
    const accepted = list.filter(({ answer }) => answer === 'accepted').length;
    const share = (some: number, of: number): number | null => (of === 0 ? null : some / of);
    return {
      handed: list.length,
      answered,
      accepted,
      ended: ['rejected', 'recycled', 'disqualified', 'won', 'lost'].map(ends),
      amounts: Object.entries(amounts).sort(),
      acceptance: share(accepted, answered),
      winning: share(ends('won'), ends('won') + ends('lost')),
      reasons: reasons.map(([reason, of]) => `${reason} ${of?.length}`).sort(),
    };
  };
  const plain = (rate: Told): unknown => ({
    handed: rate.handed,
    answered: rate.answered,
    accepted: rate.accepted,
    ended: [rate.rejected, rate.recycled, rate.disqualified, rate.won, rate.lost],
    amounts: Object.entries(rate.amounts).sort(),
    acceptance: rate.acceptance?.share ?? null,
    winning: rate.winning?.share ?? null,
    reasons: rate.reasons.map(({ reason, count: n }) => `${reason} ${n}`).sort(),
  });
  const { all, rules } = (await get('/api/feedback/rules')) as {
    all: Told;
    rules: { rule: string; fired: Told; others: Told }[];
  };
  same('feedback on all', plain(all), count(labelled), find);
  for (const { rule, fired, others } of rules) {
    const gave = ({ evidence }: (typeof labelled)[number]): boolean => evidence?.worth.parts[rule] !== undefined;
    same(`feedback on ${rule}`, plain(fired), count(labelled.filter(gave)), find);
    same(`feedback without ${rule}`, plain(others), count(labelled.filter((one) => !gave(one))), find);
  }
  for (const by of ['band', 'source'] as const) {
    const { groups } = (await get(`/api/feedback/rates?by=${by}&score=total`)) as {
      groups: { key: string | null; rate: Told }[];
    };
    const counted = Map.groupBy(
      labelled,
      ({ evidence }) => (by === 'band' ? evidence?.worth.band : evidence?.source) ?? null,
    );
    same(`groups by ${by}`, groups.length, counted.size, find);
    for (const { key, rate } of groups)
      same(`feedback by ${by} ${key}`, plain(rate), count(counted.get(key) ?? []), find);
  }
  const states: Record<string, number> = {};
  for (const { told } of handoffs) states[told.state] = (states[told.state] ?? 0) + 1;
  for (const [state, n] of Object.entries(states)) {
    let found = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = (await get(`/api/handoffs?limit=500&state=${state}${cursor === '' ? '' : `&cursor=${cursor}`}`)) as {
        items: object[];
        next: string | null;
      };
      found += page.items.length;
      cursor = page.next;
    }
    same(`hand-offs that are ${state}`, found, n, find);
  }
  return { states, amounts: all.amounts };
}
