/**
 * A made-up world and its year: sales people in several zones, their holidays and absences, contacts and what they do, and
 * what sales says. It sends all of it through the HTTP API and writes down what it sent and when; it decides nothing about
 * what is right. The same seed makes the same year.
 */

import type { LightMyRequestResponse } from 'fastify';
import { diceOf } from './dice.ts';
import { AGREEMENT, MODEL, NEXT_MODEL } from './documents.ts';
import type { Entry, Fresh, Said, SellerBody, Sent, Year } from './log.ts';
import { queueOf } from './queue.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Size {
  readonly seed: number;
  readonly contacts: number;
  readonly sellers: number;
  readonly from: number;
  /** How long contacts do things; afterwards time goes on until no promise runs any more. */
  readonly days: number;
  /** Minutes between two looks at most. */
  readonly gap: number;
  readonly restarts: number;
}

/** The service as the world sees it. */
export interface Service {
  readonly call: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
  ) => Promise<LightMyRequestResponse>;
  /** As people of the two sides, who sign. */
  readonly sign: (url: string, body: object) => Promise<void>;
  /** The clock of all its processes. */
  moveTo(now: number): void;
  /** Scores all that changed, then looks after hand-offs, in one process or in two at once. */
  settle(sent: boolean, twice: boolean): Promise<void>;
  /** Scores everybody by a version that does not serve yet. */
  fill(): Promise<void>;
  /** The hand-offs that a look at that instant gave to somebody. */
  given(now: number): Promise<readonly string[]>;
  /** Contacts after one, each with the user id that it came with. */
  bornAfter(contactId: string): Promise<readonly { readonly contactId: string; readonly user: string }[]>;
  /** Hand-offs after one, in the order in which they began. */
  begunAfter(handoffId: string): Promise<readonly Fresh[]>;
  /** Ends every process and begins anew on what is kept. */
  restart(): Promise<void>;
}

const NINE = [[540, 1020]] as const;
const LUNCH = [
  [480, 720],
  [780, 1080],
] as const;
/** Hours that lie across the hour in which clocks are changed. */
const NIGHT = [
  [60, 300],
  [600, 900],
] as const;
const WEEKS = [
  [NINE, NINE, NINE, NINE, NINE, [], []],
  [LUNCH, LUNCH, LUNCH, LUNCH, LUNCH, [], []],
  [NINE, NINE, NINE, NINE, [], NINE, []],
  [[], NINE, NINE, LUNCH, NINE, NIGHT, NIGHT],
] as const;
const ZONES = [
  'Europe/Bucharest',
  'America/New_York',
  'Australia/Sydney',
  'Europe/London',
  'Asia/Kolkata',
  'Europe/Istanbul',
  'America/Sao_Paulo',
];
const COUNTRIES = ['RO', 'US', 'DE'];
const REASONS = ['not-a-fit', 'wrong-person', 'no-budget', 'bad-timing', 'duplicate', 'bad-data', 'no-answer'];

const addressOf = (user: string): string => `${user}@people.example`;
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const text = (at: number): string => new Date(at).toISOString();

/** Lives through the year. @param pause called once in the middle of it, right after a look */
export async function live(
  service: Service,
  size: Size,
  pause: (year: Pick<Year, 'log' | 'contactOf'>, now: number) => Promise<void>,
): Promise<Year> {
  const dice = diceOf(size.seed);
  const queue = queueOf();
  const { at } = queue;
  const chance = (percent: number): boolean => dice(100) < percent;
  const pick = <Item>(list: readonly Item[]): Item => {
    const one = list[dice(list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  const minutes = (from: number, days: number): number => from + dice(days * 24 * 60) * MINUTE;
  const end = size.from + size.days * DAY;
  const log: Entry[] = [];
  const contactOf = new Map<string, string>();
  let now = size.from;
  let refused = 0;
  let calls = 0;
  let sent = true;

  async function ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
    may: readonly number[] = [200, 204],
  ) {
    calls++;
    const response = await service.call(method, url, body);
    if (!may.includes(response.statusCode))
      throw new Error(`${method} ${url} ${JSON.stringify(body)}: ${response.body}`);
    return { ok: response.statusCode < 300, body: response.body === '' ? null : response.json() };
  }

  // Who works when.
  await ask('POST', '/api/models', { document: MODEL });
  const holidays = [
    '2026-03-17',
    '2026-04-13',
    '2026-05-01',
    '2026-06-01',
    '2026-07-03',
    '2026-10-26',
    '2026-11-26',
    '2026-12-25',
  ];
  for (const [calendar, days] of [
    ['some', holidays.filter((_, i) => i % 2 === 0)],
    ['all', holidays],
  ] as const) {
    await ask('PUT', `/api/holidays/${calendar}`, { days: days.map((day) => ({ day, name: 'A holiday' })) });
    log.push({ kind: 'holidays', calendar, days });
  }
  const sellers = new Map<string, SellerBody>();
  async function saveSeller(email: string, body: SellerBody): Promise<void> {
    await ask('PUT', `/api/sellers/${email}`, body);
    sellers.set(email, body);
    log.push({ kind: 'seller', email, body });
  }
  const plain = { holidays: null, capacity: null, weight: 1, territory: null, active: true };
  await saveSeller('marketing', { ...plain, zone: 'Europe/Bucharest', week: WEEKS[0], holidays: 'some' });
  for (let i = 0; i < size.sellers; i++)
    await saveSeller(`s${i}@x.example`, {
      ...plain,
      zone: ZONES[i % ZONES.length] ?? 'UTC',
      week: pick(WEEKS),
      holidays: pick([null, 'some', 'all']),
      capacity: i === 0 ? null : 4 + dice(Math.ceil((3 * size.contacts) / size.sellers / 10)),
      weight: 1 + dice(3),
      territory: i % 4 === 3 ? { country: { is: pick(COUNTRIES) } } : null,
    });
  const people = [...sellers.keys()].filter((email) => email !== 'marketing');
  for (const email of people)
    for (let n = 0; n <= size.days / 90; n++)
      at(minutes(size.from, size.days), async () => {
        const first = now + (1 + dice(10)) * DAY;
        const [from, to] = [dayOf(first), dayOf(first + dice(8) * DAY)];
        await ask('POST', `/api/sellers/${email}/absences`, { first: from, last: to });
        log.push({ kind: 'absence', email, first: from, last: to });
      });
  // Some leave for a while, and what they have goes to others.
  for (let n = 0; n < Math.max(2, size.sellers / 4); n++) {
    const email = people[1 + (n % (people.length - 1))] ?? '';
    const leaves = minutes(size.from, size.days);
    for (const [when, active] of [
      [leaves, false],
      [leaves + 5 * DAY, true],
    ] as const)
      at(when, () =>
        saveSeller(email, { ...(sellers.get(email) ?? { ...plain, zone: 'UTC', week: WEEKS[0] }), active }),
      );
  }

  const proposed = (await ask('POST', '/api/agreements', { document: AGREEMENT })).body;
  await service.sign(`/api/agreements/${proposed.id}/sign`, { hash: proposed.hash });
  await ask('POST', `/api/agreements/${proposed.id}/publish`);
  await ask('PUT', '/api/outcome', { events: ['deal_won'] });
  for (const [team, stage, period] of [
    ['marketing', 'mql', 'month'],
    ['marketing', 'sql', 'quarter'],
    ['sales', null, 'month'],
  ] as const)
    await ask('POST', '/api/goals', { team, stage, period, amount: 5, from: text(size.from) });

  at(size.from + 0.5 * size.days * DAY, async () => {
    await flush();
    const { id } = (await ask('POST', '/api/models', { document: NEXT_MODEL })).body;
    await service.fill();
    await ask('POST', `/api/models/${id}/switch`);
    log.push({ kind: 'switch', at: now });
    at(now + DAY, async () => {
      await ask('POST', `/api/models/${id}/release`);
      log.push({ kind: 'release' });
    });
  });

  // Contacts and what they do.
  const waiting = new Map<string, object[]>();
  function tell(user: string, source: string, when: number, what: Sent): void {
    const head = { userId: user, timestamp: text(when) };
    const message =
      what.kind === 'traits'
        ? { ...head, type: 'identify', traits: what.traits }
        : what.kind === 'company'
          ? { ...head, type: 'group', groupId: what.key, traits: { employees: what.employees } }
          : { ...head, type: 'track', event: what.name, messageId: what.id, properties: {} };
    const batch = waiting.get(source);
    if (batch === undefined) waiting.set(source, [message]);
    else batch.push(message);
    log.push({ kind: 'sent', user, source, at: when, what });
  }
  const sources = new Map<string, string>();
  for (const name of ['Site', 'Fair']) {
    const made = (await ask('POST', '/api/sources', { kind: 'segment', name })).body;
    const { key } = (await ask('POST', '/api/keys', { name, scope: 'ingest', sourceId: made.id })).body;
    sources.set(name, key);
  }
  async function flush(): Promise<void> {
    for (const [source, batch] of waiting) await ask('POST', '/v1/batch', { writeKey: sources.get(source), batch });
    sent ||= waiting.size > 0;
    waiting.clear();
  }
  const idOf = async (user: string): Promise<string> => {
    const known = contactOf.get(user);
    if (known !== undefined) return known;
    await flush();
    const found = (await ask('GET', `/api/contacts?userId=${user}`)).body.items[0].id;
    contactOf.set(user, found);
    return found;
  };
  /** Puts somebody on the list of those who must not be handed on, or takes them off. */
  async function suppress(user: string, is: boolean): Promise<void> {
    if (erased.has(user)) return;
    await flush();
    if (is) await ask('POST', '/api/suppression', { values: [addressOf(user)], reason: 'a test' });
    else await ask('DELETE', `/api/suppression/${addressOf(user)}`);
    log.push({ kind: is ? 'suppress' : 'unsuppress', user });
  }
  const companies = Math.ceil(size.contacts / 3);
  const erased = new Set<string>();
  const gone = new Set<string>();
  let events = 0;
  const did = (user: string, source: string, name: string, when: number): string => {
    const id = `${user}-${events++}`;
    // Some arrive days after they happened.
    const late = chance(8) ? (1 + dice(4 * 24 * 60)) * MINUTE : 0;
    at(when + late, async () => {
      if (!erased.has(user)) tell(user, source, when, { kind: 'event', id, name });
    });
    return id;
  };
  for (let n = 0; n < size.contacts; n++) {
    const user = `u${n}`;
    const source = n % 3 === 0 ? 'Fair' : 'Site';
    const born = minutes(size.from + HOUR, size.days - 1);
    const key = `c${dice(companies)}`;
    const employees =
      [5, 30, 150, 400][key.length % 2 === 0 ? Number(key.slice(1)) % 4 : Number(key.slice(1)) % 3] ?? 30;
    const hasPhone = chance(75);
    const isNamed = n % 8 === 5;
    const traits = {
      ...(isNamed ? { email: addressOf(user) } : {}),
      title: pick(['CEO', 'CEO of it', 'engineer', chance(20) ? 'rival' : 'buyer']),
      country: pick(COUNTRIES),
    };
    at(born, async () => {
      tell(user, source, born, { kind: 'traits', traits: { ...traits, ...(hasPhone ? { phone: '1' } : {}) } });
      tell(user, source, born, { kind: 'company', key, employees });
    });
    if (!hasPhone && chance(70)) {
      const when = minutes(born + HOUR, 20);
      at(when, async () => {
        if (!erased.has(user)) tell(user, source, when, { kind: 'traits', traits: { phone: '2' } });
      });
    }
    const busy = minutes(born, 30);
    for (let i = dice(7); i > 0; i--) did(user, source, 'page_viewed', minutes(busy, 20));
    if (chance(25)) did(user, source, 'content_downloaded', minutes(busy, 20));
    if (chance(45)) {
      const when = minutes(busy, 20);
      const id = did(user, source, 'demo_asked', when);
      if (chance(8))
        at(when + (1 + dice(3 * 24 * 60)) * MINUTE, async () => {
          if (erased.has(user) || gone.has(user)) return;
          const contactId = await idOf(user);
          const voided = await ask('POST', '/api/events/void', {
            events: { contactId, eventIds: [id] },
            reason: 'a test',
          });
          sent = true;
          if (voided.body.events > 0) log.push({ kind: 'void', contactId, events: [id] });
        });
    }
    // A second contact that turns out to be the same, and sometimes does not.
    if (n % 25 === 7) {
      const twin = `${user}b`;
      const twinBorn = born + (1 + dice(5 * 24 * 60)) * MINUTE;
      at(twinBorn, async () => {
        const two = { title: 'CEO', country: 'RO', ...(chance(60) ? { phone: '3' } : {}) };
        tell(twin, source, twinBorn, { kind: 'traits', traits: two });
        tell(twin, source, twinBorn, { kind: 'company', key, employees });
      });
      for (let i = dice(4); i > 0; i--) did(twin, source, 'page_viewed', minutes(twinBorn, 15));
      if (chance(70)) did(twin, source, 'demo_asked', minutes(twinBorn, 15));
      at(twinBorn + (2 + dice(20)) * DAY, async () => {
        if (erased.has(user)) return;
        await flush();
        const [one, other] = [await idOf(user), await idOf(twin)];
        const [kept, lost] = chance(50) ? [one, other] : [other, one];
        const mergeId = (await ask('POST', `/api/contacts/${kept}/merge`, { goneId: lost })).body.id;
        sent = true;
        gone.add(user).add(twin);
        log.push({ kind: 'merge', mergeId, kept, gone: lost });
        if (!chance(50)) return;
        at(now + (1 + dice(10 * 24 * 60)) * MINUTE, async () => {
          if (erased.has(user)) return;
          await flush();
          await ask('DELETE', `/api/merges/${mergeId}`);
          sent = true;
          log.push({ kind: 'unmerge', mergeId });
        });
      });
    }
    if (isNamed) {
      const listed = minutes(born + HOUR, 40);
      at(listed, () => suppress(user, true));
      if (chance(50)) at(minutes(listed, 20), () => suppress(user, false));
    }
    if (n % 40 === 11)
      at(minutes(born + 5 * DAY, 30), async () => {
        await flush();
        const contactId = await idOf(user);
        await ask('DELETE', `/api/contacts/${contactId}`);
        erased.add(user);
        log.push({ kind: 'erase', contactId });
      });
  }

  // What sales does.
  async function say(handoffId: string, fact: Said, back = 0): Promise<boolean> {
    const when = now - back;
    const { ok, body } = await ask(
      'POST',
      `/api/handoffs/${handoffId}/facts`,
      { ...fact, at: text(when) },
      [200, 400, 404, 409],
    );
    if (ok) log.push({ kind: 'said', now, handoffId, at: when, fact });
    else refused++;
    if (ok && fact.kind === 'won') {
      const user: string | undefined = body.lead?.userIds[0];
      if (user !== undefined && !erased.has(user))
        tell(user, 'Site', now, { kind: 'event', id: `won-${handoffId}`, name: 'deal_won' });
    }
    return ok;
  }
  const soon = (): number => now + pick([5, 12, 25, 40, 90, 300, 2_000]) * MINUTE;
  /** What whoever got a lead will do with it. */
  function plan(handoffId: string): void {
    // Some do nothing at all, and nobody does once the year is long over.
    if (chance(12) || now > end + 20 * DAY) return;
    at(soon(), async () => {
      const touched = await say(
        handoffId,
        { kind: 'touched', touch: pick(['call', 'email']), note: null },
        chance(20) ? dice(60) * MINUTE : 0,
      );
      if (touched && chance(6))
        at(soon(), async () => {
          const { facts } = (await ask('GET', `/api/handoffs/${handoffId}`, undefined, [200, 404])).body;
          const place = facts?.findLastIndex((fact: Said) => fact.kind === 'touched') ?? -1;
          if (place > 0) await say(handoffId, { kind: 'undone', place });
        });
      for (let i = dice(5); i > 0; i--)
        at(now + dice(12 * 24 * 60) * MINUTE, async () => {
          await say(handoffId, { kind: 'touched', touch: pick(['call', 'email', 'meeting']), note: null });
        });
    });
    at(now + pick([30, 200, 1_500, 4_000, 9_000]) * MINUTE, async () => {
      const answer = dice(100);
      const late = chance(15) ? dice(600) * MINUTE : 0;
      if (answer < 25) {
        if (!(await say(handoffId, { kind: 'rejected', reason: pick(REASONS), note: 'a note' }, late)) || !chance(30))
          return;
        at(now + dice(24 * 60) * MINUTE, async () => {
          await say(handoffId, { kind: 'recycled', until: text(now + (1 + dice(30)) * DAY), note: null });
        });
        return;
      }
      if (answer < 33) {
        await say(handoffId, { kind: 'recycled', until: text(now + (1 + dice(30)) * DAY), note: null });
        return;
      }
      if (answer < 36) {
        await say(handoffId, { kind: 'disqualified', reason: 'no company' });
        return;
      }
      if (!(await say(handoffId, { kind: 'accepted' }, late))) return;
      at(now + dice(15 * 24 * 60) * MINUTE, async () => {
        if (chance(20)) {
          await say(handoffId, { kind: 'rejected', reason: pick(REASONS), note: null });
          return;
        }
        if (chance(60)) await say(handoffId, { kind: 'opportunity', note: null });
        at(now + dice(15 * 24 * 60) * MINUTE, async () => {
          if (chance(40))
            await say(handoffId, { kind: 'won', amount: 100 * (1 + dice(90)), currency: pick(['EUR', 'USD']) });
          else await say(handoffId, { kind: 'lost', reason: pick(['price', 'a rival']) });
        });
      });
    });
  }
  /** Those that were given to somebody by the look, for the first time or anew: people hear of it by the bell. */
  async function read(): Promise<void> {
    for (const id of await service.given(now)) {
      plan(id);
      if (chance(4))
        at(now + dice(3 * 24 * 60) * MINUTE, async () => {
          const to = pick(people);
          const { ok } = await ask('POST', `/api/handoffs/${id}/assign`, { to }, [200, 400, 404, 409]);
          if (ok)
            log.push({ kind: 'said', now, handoffId: id, at: now, fact: { kind: 'assigned', to, because: 'by hand' } });
          else refused++;
        });
    }
  }

  let newest = '0';
  let youngest = '0';
  let paused = false;
  const restarts = Array.from(
    { length: size.restarts },
    (_, i) => size.from + ((i + 1) * size.days * DAY) / (size.restarts + 1),
  );
  const twice = [size.from + size.days * 0.4 * DAY, size.from + size.days * 0.6 * DAY] as const;
  // Nobody owes anything any more so long after the last lead came back.
  const stop = end + 80 * DAY;
  while (now < stop) {
    const first = queue.first();
    now += first === null ? 24 * HOUR : (1 + dice(size.gap)) * MINUTE;
    // Nights in which nothing happens and nothing is sent are passed in longer steps.
    if (first !== null && first > now + 6 * HOUR) now += 2 * HOUR;
    service.moveTo(now);
    while (restarts[0] !== undefined && restarts[0] <= now) {
      restarts.shift();
      await service.restart();
    }
    while (await queue.runDue(now));
    await flush();
    const both = now >= twice[0] && now < twice[1];
    await service.settle(sent, both);
    if (sent)
      for (const { contactId, user } of await service.bornAfter(youngest)) {
        contactOf.set(user, contactId);
        youngest = contactId;
      }
    const fresh = await service.begunAfter(newest);
    newest = fresh.at(-1)?.handoffId ?? newest;
    log.push({ kind: 'look', now, twice: both, fresh });
    sent = false;
    if (!paused && now >= size.from + 0.7 * size.days * DAY) {
      paused = true;
      await pause({ log, contactOf }, now);
    }
    await read();
  }
  return { log, contactOf, end: now, refused, calls };
}
