/**
 * Made-up companies, people, events and outcomes, always the same ones for the same seed. It decides how such people
 * behave: each has an intent that nobody sees, which drives what they do and, with luck, whether they buy. It refuses
 * to know any model and any real name: all mail domains end in `.example`, and all ids begin with `made-up-`.
 */

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScorelineError } from './core/errors.ts';
import { fold } from './core/text.ts';
import { DAY, writeInstant } from './core/time.ts';
import {
  contents,
  firms,
  freeMail,
  people,
  pricePages,
  type Role,
  rivals,
  type Tongue,
  tongues,
} from './demo-words.ts';

/** What every command that shows these data prints with them. */
export const MADE_UP =
  'These companies, people, events and outcomes are made up by a seeded generator; none of them exists.';

/** The columns of each file, in order. A cell is text; an empty one is missing. */
export const demoColumns = {
  companies: ['id', 'name', 'domain', 'industry', 'employees', 'revenue', 'technologies', 'country'],
  contacts: [
    'id',
    'email',
    'company_id',
    'created_at',
    'first_name',
    'last_name',
    'title',
    'role_since',
    'country',
    'language',
  ],
  events: ['id', 'contact_id', 'name', 'at', 'path', 'seconds', 'content', 'topic', 'form', 'message', 'machine'],
  outcomes: ['contact_id', 'outcome', 'at', 'amount'],
} as const;

type Table = keyof typeof demoColumns;
type DemoRow<T extends Table> = Readonly<Record<(typeof demoColumns)[T][number], string>>;
export type DemoData = { readonly [T in Table]: readonly DemoRow<T>[] };

interface DemoOptions {
  /** A whole number; another one makes other people. */
  readonly seed: number;
  /** How many contacts, at least 1. */
  readonly contacts: number;
  /** The present of the made-up world, in milliseconds UTC: nothing happens after it, and nobody is older than a year. */
  readonly asOf: number;
}

/** Makes up a world. Events are in order of time; outcomes are those of the contacts that sales has looked at. */
export function demoData({ seed, contacts, asOf }: DemoOptions): DemoData {
  const dice = diceOf(seed);
  const world = new World(dice, asOf);
  while (world.contacts.length < contacts) {
    if (dice.chance(0.2)) world.addAlone();
    else world.addCompany(Math.min(contacts - world.contacts.length, 1 + Math.floor(6 * dice.next() ** 2)));
  }
  return world.data();
}

/**
 * Writes companies.csv, contacts.csv, events.csv, outcomes.csv and the model for them, model.yaml, into a folder,
 * which is made if it is not there.
 * @throws ScorelineError `file_unwritable` if the folder or a file cannot be written
 */
export async function writeDemo(folder: string, data: DemoData): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const table of Object.keys(demoColumns) as Table[]) {
      await writeFile(join(folder, `${table}.csv`), csvOf(demoColumns[table], data[table]));
    }
    await copyFile(fileURLToPath(DEMO_MODEL), join(folder, 'model.yaml'));
  } catch (error) {
    throw new ScorelineError('file_unwritable', `${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The model that the demo is scored with; its columns are those above. */
export const DEMO_MODEL = new URL('../models/demo.yaml', import.meta.url);

/** RFC 4180, with `\n` for the ends of lines. */
function csvOf(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (cells: readonly string[]) => `${cells.map(cell).join(',')}\n`;
  return line(columns) + rows.map((row) => line(columns.map((column) => row[column] ?? ''))).join('');
}

export interface Dice {
  /** From 0 up to, and without, 1. */
  next(): number;
  chance(share: number): boolean;
  /** A whole number, both ends included. */
  whole(low: number, high: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Around 0, mostly between -2 and 2. */
  luck(): number;
}

/** Mulberry32: small, fast, and the same on every machine. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    chance: (share) => next() < share,
    whole,
    pick: (list) => list[whole(0, list.length - 1)] ?? list[0],
    luck: () => next() + next() + next() + next() + next() + next() - 3,
  };
}

/** How a person behaves, whatever the title says. */
type Habit = 'buyer' | 'reader' | 'learner' | 'watcher' | 'quiet';

interface Firm {
  readonly row: DemoRow<'companies'>;
  readonly tongue: Tongue;
  /** 0 to 1: how well the offer suits it. */
  readonly suits: number;
  /** Whether it is looking for something to buy: then several of its people move at once. */
  readonly project: { readonly from: number } | null;
  /** Its mail server opens every message to look for viruses. */
  readonly scansMail: boolean;
}

interface Person {
  readonly id: string;
  readonly habit: Habit;
  readonly role: Role;
  /** 0 to 1: how much this person wants to buy. Nobody sees it. */
  readonly intent: number;
  readonly firm: Firm | null;
  readonly created: number;
  /** When the interest is awake. */
  readonly awake: { readonly from: number; readonly to: number };
}

const NEWSLETTER_EVERY = 14 * DAY;
const HISTORY = 365 * DAY;

class World {
  readonly contacts: DemoRow<'contacts'>[] = [];
  readonly #companies: DemoRow<'companies'>[] = [];
  readonly #events: (Omit<DemoRow<'events'>, 'id' | 'at'> & { readonly at: number })[] = [];
  readonly #outcomes: DemoRow<'outcomes'>[] = [];
  readonly #emails = new Set<string>();
  readonly #dice: Dice;
  readonly #asOf: number;

  constructor(dice: Dice, asOf: number) {
    this.#dice = dice;
    this.#asOf = asOf;
  }

  data(): DemoData {
    const events = this.#events
      .filter((event) => event.at <= this.#asOf)
      .sort((a, b) => a.at - b.at)
      .map((event, n) => ({ ...event, id: `e${String(n + 1).padStart(7, '0')}`, at: writeInstant(event.at) }));
    return { companies: this.#companies, contacts: this.contacts, events, outcomes: this.#outcomes };
  }

  addCompany(members: number): void {
    const dice = this.#dice;
    const firm = this.#firm(dice.chance(0.04));
    this.#companies.push(firm.row);
    for (let n = 0; n < members; n++) {
      const habit = rivals.includes(firm.row.domain)
        ? 'watcher'
        : dice.chance(0.12)
          ? 'quiet'
          : dice.chance(firm.project === null ? 0.45 : 0.1)
            ? 'reader'
            : 'buyer';
      const role = dice.pick(['chief', 'head', 'head', 'manager', 'manager', 'specialist', 'specialist'] as const);
      this.#add(habit, role, firm.tongue, firm);
    }
  }

  /** Someone without a company: a student, a reader at home, a buyer who hides. */
  addAlone(): void {
    const habit = this.#dice.pick(['learner', 'learner', 'reader', 'quiet', 'buyer'] as const);
    const role = habit === 'learner' ? 'student' : 'specialist';
    this.#add(habit, role, this.#dice.pick(tongues), null);
  }

  #firm(rival: boolean): Firm {
    const dice = this.#dice;
    const tongue = dice.pick(tongues);
    const n = this.#companies.length + 1;
    const name = `${dice.pick(firms.first)} ${dice.pick(firms.second)}`;
    const industry = dice.pick(firms.industries);
    // Most are small, a few are very large.
    const employees = Math.max(1, Math.round(Math.exp(4.2 + 2 * dice.luck())));
    const technologies = firms.technologies.filter(() => dice.chance(0.3));
    const suits =
      (['logistics', 'manufacturing', 'retail'].includes(industry) ? 0.4 : 0) +
      (employees >= 20 && employees <= 1000 ? 0.4 : 0) +
      (technologies.includes('warehouse-cloud') ? 0.2 : 0);
    const project = !rival && dice.chance(0.08 + 0.4 * suits);
    return {
      row: {
        id: `made-up-firm-${String(n).padStart(4, '0')}`,
        name: `${name} (made up)`,
        domain: rival ? dice.pick(rivals) : `${name.toLowerCase().replaceAll(' ', '-')}-${n}.example`,
        industry: rival ? 'software' : dice.chance(0.06) ? '' : industry,
        employees: dice.chance(0.08) ? '' : String(employees),
        revenue: dice.chance(0.3) ? '' : String(Math.round(employees * (60 + 90 * dice.next())) * 1000),
        technologies: technologies.length === 0 ? '' : JSON.stringify(technologies),
        country: dice.pick(tongue.countries),
      },
      tongue,
      suits,
      project: project ? { from: this.#asOf - dice.next() * 0.8 * HISTORY } : null,
      scansMail: dice.chance(0.15),
    };
  }

  #add(habit: Habit, role: Role, tongue: Tongue, firm: Firm | null): void {
    const dice = this.#dice;
    const id = `made-up-${String(this.contacts.length + 1).padStart(5, '0')}`;
    const wants = firm?.project ? 0.45 + 0.55 * dice.next() : 0.7 * dice.next() ** 3;
    const start = firm?.project ? firm.project.from + dice.next() * 30 * DAY : this.#asOf - dice.next() * HISTORY;
    const created = wholeSecond(Math.max(this.#asOf - HISTORY, Math.min(start, this.#asOf - DAY)));
    const from = created + (dice.chance(0.6) ? 0 : dice.next() * 60 * DAY);
    const intent = habit === 'buyer' ? wants : habit === 'reader' ? wants * 0.4 : wants * 0.1;
    const person: Person = {
      id,
      habit,
      role,
      intent,
      firm,
      created,
      awake: { from, to: from + (10 + 50 * dice.next()) * DAY },
    };
    // One in thirty is only an address that somebody typed once: no facts, no deeds, so no score either.
    const bare = dice.chance(1 / 30);
    this.contacts.push(this.#contactRow(person, tongue, bare));
    if (bare) return;
    this.#visits(person);
    this.#mail(person);
    this.#contents(person);
    this.#webinars(person);
    this.#forms(person);
    this.#outcome(person);
  }

  #contactRow({ id, role, firm, created }: Person, tongue: Tongue, bare: boolean): DemoRow<'contacts'> {
    const dice = this.#dice;
    const words = people[tongue.language];
    const [first, last] = [dice.pick(words.first), dice.pick(words.last)];
    const domain = firm === null ? dice.pick(freeMail) : firm.row.domain;
    const local = `${plain(first)}.${plain(last)}`;
    const email = this.#emails.has(`${local}@${domain}`) ? `${local}.${id.slice(-5)}@${domain}` : `${local}@${domain}`;
    this.#emails.add(email);
    const known = (cell: string, share: number) => (bare || !dice.chance(share) ? '' : cell);
    return {
      id,
      email,
      // Where it is missing, the mail domain leads to the company.
      company_id: dice.chance(0.7) ? (firm?.row.id ?? '') : '',
      created_at: writeInstant(created),
      first_name: known(first, 1),
      last_name: known(last, 1),
      title: known(dice.pick(words.titles[role]), 0.9),
      role_since: known(writeInstant(this.#asOf - dice.next() ** 2 * 3000 * DAY).slice(0, 10), 0.6),
      country: known(firm?.row.country ?? dice.pick(tongue.countries), 0.85),
      language: known(tongue.language, 0.95),
    };
  }

  /** Writes down what a person did; nobody does anything before they are known. */
  #did(person: Person, name: string, at: number, properties: Partial<DemoRow<'events'>> = {}): void {
    const none = { path: '', seconds: '', content: '', topic: '', form: '', message: '', machine: '' };
    this.#events.push({
      ...none,
      ...properties,
      contact_id: person.id,
      name,
      at: Math.round(Math.max(at, person.created)),
    });
  }

  /** A moment in the working hours of a day, moved on from most weekends. */
  #atWork(day: number): number {
    const start = Math.floor(day / DAY);
    const weekday = (start + 3) % 7;
    const shift = weekday >= 5 && this.#dice.chance(0.85) ? 7 - weekday : 0;
    return (start + shift) * DAY + (7 + 11 * this.#dice.next()) * 3_600_000;
  }

  /** A day on which the person is awake, rarely any other since the person is known. */
  #someDay({ awake, created }: Person): number {
    const dice = this.#dice;
    if (dice.chance(0.8)) return awake.from + dice.next() * (awake.to - awake.from);
    return created + dice.next() * Math.max(DAY, this.#asOf - created);
  }

  #visits(person: Person): void {
    const dice = this.#dice;
    const busy = { buyer: 1 + 9 * person.intent, reader: 1.5, learner: 5, watcher: 6, quiet: 0.2 }[person.habit];
    const visits = Math.floor(busy * (0.3 + 1.4 * dice.next()) + dice.next());
    for (let n = 0; n < visits; n++) {
      let at = this.#atWork(this.#someDay(person));
      for (let page = dice.whole(1, 5); page > 0; page--) {
        const seconds = Math.max(2, Math.round(Math.exp(3.4 + 0.8 * dice.luck() + person.intent)));
        this.#did(person, 'page_viewed', at, { path: this.#page(person), seconds: String(seconds) });
        at += seconds * 1000;
      }
    }
  }

  #page({ habit, intent }: Person): string {
    const dice = this.#dice;
    if (habit === 'watcher') return dice.pick(['/pricing', '/product', '/careers', '/customers', '/pricing/plans']);
    if (habit === 'learner') return dice.pick(['/blog/what-is-a-warehouse', '/docs', '/blog/glossary', '/careers']);
    if (dice.chance(0.05 + 0.3 * intent)) return dice.pick(pricePages);
    if (dice.chance(0.1 + 0.3 * intent)) return dice.pick(['/product', '/product/tours', '/customers', '/docs']);
    return dice.pick(['/', '/', '/blog/spring-news', '/blog/glossary', '/about', '/careers']);
  }

  /** A newsletter every other week for those who asked for it. */
  #mail(person: Person): void {
    const dice = this.#dice;
    const { habit, intent, created } = person;
    if (!dice.chance({ buyer: 0.7, reader: 0.95, learner: 0.6, watcher: 0.5, quiet: 0.4 }[habit])) return;
    this.#did(person, 'newsletter_subscribed', created + 60_000, { form: 'newsletter' });
    const opens = { buyer: 0.2 + 0.4 * intent, reader: 0.6, learner: 0.3, watcher: 0.5, quiet: 0.05 }[habit];
    for (let sent = nextIssue(created, this.#asOf); sent <= this.#asOf; sent += NEWSLETTER_EVERY) {
      const message = { message: `news-${writeInstant(sent).slice(0, 10)}` };
      if (person.firm?.scansMail) {
        this.#did(person, 'email_opened', sent + dice.whole(2, 9) * 1000, { ...message, machine: 'true' });
      }
      if (!dice.chance(opens)) continue;
      const opened = sent + 3_600_000 * Math.exp(1.2 * dice.luck() + 1);
      this.#did(person, 'email_opened', opened, message);
      if (dice.chance(0.04 + 0.35 * intent)) this.#did(person, 'email_clicked', opened + 40_000, message);
      if (dice.chance(0.03 * (1 - intent))) {
        this.#did(person, 'email_unsubscribed', opened + 90_000, message);
        return;
      }
    }
  }

  #contents(person: Person): void {
    const dice = this.#dice;
    const { habit, intent } = person;
    const seen = { buyer: 0.1 + 0.4 * intent, reader: 0.15, learner: 0.5, watcher: 0.3, quiet: 0 }[habit];
    const takes = { buyer: 0.3 + 0.6 * intent, reader: 0.25, learner: 0.7, watcher: 0.5, quiet: 0 }[habit];
    for (const { content, topic } of contents) {
      if (!dice.chance(seen)) continue;
      const at = this.#atWork(this.#someDay(person));
      this.#did(person, 'content_viewed', at, { content, topic });
      if (dice.chance(takes))
        this.#did(person, 'content_downloaded', at + 120_000, { content, topic, form: 'download' });
    }
  }

  /** One every eight weeks; those who know us and are awake come. */
  #webinars(person: Person): void {
    const dice = this.#dice;
    const topics = ['stock', 'routes', 'costs', 'returns'] as const;
    for (let n = 0; n < 6; n++) {
      const at = Math.floor(this.#asOf / DAY - n * 56 - 9) * DAY + 14 * 3_600_000;
      const awake = at >= person.awake.from && at <= person.awake.to;
      const comes = { buyer: 0.05 + 0.5 * person.intent, reader: 0.08, learner: 0.2, watcher: 0.3, quiet: 0 };
      if (at < person.created || !dice.chance(comes[person.habit] * (awake ? 1 : 0.3))) continue;
      const seconds = String(dice.whole(300, 3600));
      this.#did(person, 'webinar_attended', at, { topic: topics[n % topics.length] ?? 'stock', seconds });
    }
  }

  #forms(person: Person): void {
    const dice = this.#dice;
    const { habit, intent, awake } = person;
    const late = awake.from + (0.5 + 0.5 * dice.next()) * (awake.to - awake.from);
    if (habit === 'buyer' && dice.chance(0.65 * intent))
      this.#did(person, 'form_submitted', this.#atWork(late), { form: 'demo' });
    if (dice.chance({ buyer: 0.1 + 0.2 * intent, reader: 0.03, learner: 0.1, watcher: 0.05, quiet: 0.02 }[habit])) {
      this.#did(person, 'form_submitted', this.#atWork(this.#someDay(person)), { form: 'contact' });
    }
  }

  /** What came of it, where sales looked: intent, fit and role decide, and so does luck. */
  #outcome(person: Person): void {
    const dice = this.#dice;
    const { id, habit, role, intent, firm, awake } = person;
    const looked = { buyer: 0.15 + 0.6 * intent, reader: 0.12, learner: 0.06, watcher: 0.04, quiet: 0.03 }[habit];
    if (!dice.chance(looked)) return;
    const at = wholeSecond(awake.to + (3 + 40 * dice.next()) * DAY);
    if (at > this.#asOf) {
      this.#outcomes.push({ contact_id: id, outcome: 'open', at: '', amount: '' });
      return;
    }
    const says = { chief: 0.8, head: 0.6, manager: 0, specialist: -0.6, student: -2 }[role];
    const won = -4.7 + 6 * intent + 1.6 * (firm?.suits ?? 0) + says + 1.2 * dice.luck() > 0;
    const amount = won
      ? String(Math.round(20 * Math.sqrt(Number(firm?.row.employees) || 10) * (0.6 + dice.next())) * 100)
      : '';
    this.#outcomes.push({ contact_id: id, outcome: won ? 'won' : 'lost', at: writeInstant(at), amount });
    // A customer comes back for the handbook.
    for (let day = at + 6 * DAY; won && day < this.#asOf; day += dice.whole(8, 30) * DAY) {
      this.#did(person, 'page_viewed', this.#atWork(day), { path: '/docs', seconds: String(dice.whole(20, 300)) });
    }
  }
}

/** The first issue of the newsletter after an instant; issues are counted back from the present. */
const nextIssue = (after: number, asOf: number): number => {
  const last = Math.floor(asOf / DAY) * DAY - 3 * DAY + 8 * 3_600_000;
  return last - Math.floor((last - after) / NEWSLETTER_EVERY) * NEWSLETTER_EVERY;
};

const wholeSecond = (at: number): number => Math.floor(at / 1000) * 1000;

/** A name as mail addresses write it. */
const plain = (name: string): string =>
  fold(name)
    .replaceAll('ß', 'ss')
    .replace(/[^a-z]/g, '');
