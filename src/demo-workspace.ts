/**
 * The made-up leads as a workspace of a service, to look around in. It decides that they come in by the ordinary doors,
 * once, that a start that was interrupted goes on with the same people, and that in their world the model was published
 * before the first of them came, so that there is a past to look at; who they are is made up in demo.ts.
 */

import { readFile } from 'node:fs/promises';
import type { App } from './app.ts';
import type { Facts, Message, Who } from './core/ingest.ts';
import { DAY, readInstant } from './core/time.ts';
import { DEMO_MODEL, type DemoData, demoData } from './demo.ts';
import { createScoring } from './scoring.ts';
import type { Db } from './store/db.ts';
import { DEMO } from './store/made-up.ts';
import { readOutcome, writeOutcome } from './store/outcomes.ts';
import { ownSetting } from './store/people.ts';
import { createSource, listSources } from './store/sources.ts';
import { DEMO_SINCE } from './store/start.ts';
import { keepCompanies } from './store/stated-companies.ts';

/** So many made-up leads are a workspace, unless fewer are enough. */
const CONTACTS = 2_000;
const SEED = 1;
/** What an event is called that says that a deal was won. No rule of the model asks for it, or for events of any name. */
const WON = 'deal_won';
/** Messages that are handed over together. */
const PIECE = 2_000;

/**
 * Fills a service with made-up leads who did something up to now, and publishes the model for them.
 * @returns whether that was still to be done
 */
export async function fillDemo(app: App, contacts = CONTACTS): Promise<boolean> {
  const { db, clock } = app;
  const { asOf, data } = await madeUpWorld(app, contacts);
  const versions = await app.scoring.versions();
  // Published last, so a version says that all of it is there.
  if (versions.some(({ name }) => name === DEMO)) return false;
  const sources = await listSources(db);
  const sourceId =
    sources.find(({ kind }) => kind === DEMO)?.sourceId ??
    (await createSource(db, { kind: DEMO, name: 'Made-up leads', now: clock() }));
  const first = Math.min(...data.contacts.map((contact) => readInstant(contact.created_at) ?? asOf));
  const companies = data.companies.map(({ id, domain, ...facts }) => ({
    key: id,
    // Their domains end in `.example`, which nobody owns: contacts name their company by its id.
    domains: [],
    traits: { ...present(facts), domain },
    at: first,
  }));
  await keepCompanies(db, companies, sourceId);
  const messages = messagesOf(data, asOf);
  for (let i = 0; i < messages.length; i += PIECE) {
    await app.ingest.accept({
      sourceId,
      receivedAt: clock(),
      messages: messages.slice(i, i + PIECE),
      refusals: [],
    });
  }
  if ((await readOutcome(db)).length === 0) await writeOutcome(db, [WON], { by: DEMO, now: clock() });
  const back = createScoring(db, () => first - DAY);
  await back.publish(await readFile(DEMO_MODEL, 'utf8'), DEMO);
  return true;
}

/** The made-up world of a service, always the same one. */
export async function madeUpWorld(
  { db, clock }: Pick<App, 'clock'> & { readonly db: Db },
  contacts = CONTACTS,
): Promise<{ readonly asOf: number; readonly data: DemoData }> {
  // Kept: who is made up depends on the instant.
  const asOf = Number(await ownSetting(db, DEMO_SINCE, String(clock())));
  return { asOf, data: demoData({ seed: SEED, contacts, asOf }) };
}

function messagesOf(data: DemoData, asOf: number): Message[] {
  const companyOf = new Map(data.companies.map(({ id, domain }) => [domain, id]));
  const who = (userId: string): Who => ({ userId, anonymousId: null, email: null });
  const messages = [
    ...data.contacts.map(({ id, company_id, ...facts }): Message => {
      const company = company_id || companyOf.get(facts.email.split('@')[1] ?? '');
      const traits = { ...present(facts), ...(company === undefined ? {} : { company_id: company }) };
      return { kind: 'traits', who: who(id), at: readInstant(facts.created_at) ?? asOf, traits };
    }),
    ...data.events.map(({ id, contact_id, name, at, machine, ...properties }): Message => {
      const cause = machine === 'true' ? 'made up as opened by a mail server' : null;
      const told = /^email_(opened|clicked)$/.test(name) ? { machine: machine === 'true' } : {};
      return {
        kind: 'event',
        who: who(contact_id),
        id,
        name,
        at: readInstant(at) ?? asOf,
        properties: { ...present(properties), ...told },
        machine: cause,
      };
    }),
    ...data.outcomes.flatMap(({ contact_id, outcome, at, amount }): Message[] => {
      if (outcome !== 'won') return [];
      const when = readInstant(at) ?? asOf;
      const deal = { who: who(contact_id), id: `won-${contact_id}`, name: WON, at: when, properties: { amount } };
      return [{ kind: 'event', ...deal, machine: null }];
    }),
  ];
  // Those of one contact together: then it is scored once.
  return [...Map.groupBy(messages, ({ who: { userId } }) => userId).values()].flat();
}

/** What a row has. A list of texts stands as JSON in a cell. */
const present = (row: Readonly<Record<string, string>>): Facts =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, cell]) =>
      cell === '' ? [] : [[name, cell.startsWith('[') ? (JSON.parse(cell) as string[]) : cell]],
    ),
  );
