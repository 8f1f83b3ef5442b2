/**
 * What the columns of a file of strangers may be called here, from their names and a few of their cells. It decides what
 * is taken for what, how sure that is, and why; people decide whether it is so. It refuses to know where a file lies.
 */

import { cleanEmail } from './core/ingest.ts';
import { readInstant } from './core/time.ts';
import type { ImportKind } from './store/imports.ts';

export interface Column {
  readonly name: string;
  /** Some of its cells, as texts, without empty ones. */
  readonly cells: readonly string[];
}

export interface Guess {
  readonly column: string;
  /** What it is called here; null leaves it out. */
  readonly as: string | null;
  /** sure: its name and its cells say so. likely: one of them does. unsure: neither; it stays under its own name. */
  readonly confidence: 'sure' | 'likely' | 'unsure';
  /** By its name, by its cells, by both; `empty` where there is no cell; `own` where it keeps its name. */
  readonly because: 'name' | 'cells' | 'both' | 'empty' | 'own';
  readonly cells: readonly string[];
}

/** Names in the spelling of `plain`, by what they mean; what many tools write, and words of the page's languages. */
const NAMES: Readonly<Record<ImportKind, Readonly<Record<string, readonly string[]>>>> = {
  contacts: {
    id: ['id', 'contactid', 'recordid', 'userid', 'leadid', 'personid', 'customerid', 'externalid', 'uid'],
    email: [
      'email',
      'emailaddress',
      'mail',
      'workemail',
      'adresademail',
      'eposta',
      'почта',
      'электроннаяпочта',
      '電子郵件',
    ],
    anonymous_id: ['anonymousid', 'visitorid', 'cookieid'],
    created_at: ['createdat', 'created', 'createdate', 'createddate', 'datecreated', 'signupdate', 'datacrearii'],
    company_id: ['companyid', 'accountid', 'organizationid', 'associatedcompanyid'],
    first_name: ['firstname', 'givenname', 'first', 'prenume', 'ad', 'имя', '名字'],
    last_name: ['lastname', 'surname', 'familyname', 'last', 'nume', 'soyad', 'фамилия', '姓氏'],
    name: ['name', 'fullname', 'contactname'],
    title: ['title', 'jobtitle', 'position', 'role', 'functie', 'unvan', 'должность', '職稱'],
    phone: ['phone', 'phonenumber', 'mobile', 'telephone', 'telefon', 'телефон', '電話'],
    country: ['country', 'countryregion', 'tara', 'ulke', 'страна', '國家'],
    company: [
      'company',
      'companyname',
      'organization',
      'organisation',
      'account',
      'accountname',
      'companie',
      'firma',
      'sirket',
      'компания',
      '公司',
    ],
  },
  events: {
    contact_id: ['contactid', 'userid', 'recordid', 'leadid', 'personid', 'customerid', 'distinctid', 'uid'],
    email: ['email', 'emailaddress', 'mail', 'recipient', 'eposta', 'почта', '電子郵件'],
    anonymous_id: ['anonymousid', 'visitorid', 'cookieid'],
    name: ['name', 'event', 'eventname', 'eventtype', 'action', 'activity', 'activitytype', 'type'],
    at: [
      'at',
      'time',
      'timestamp',
      'date',
      'datetime',
      'eventtime',
      'eventtimestamp',
      'occurredat',
      'createdat',
      'ts',
      'eventdate',
    ],
    id: ['id', 'eventid', 'messageid', 'uuid'],
    voided: ['voided'],
    machine: ['machine', 'isbot', 'bot'],
  },
  companies: {
    id: ['id', 'companyid', 'accountid', 'recordid', 'organizationid', 'externalid'],
    domain: ['domain', 'companydomain', 'companydomainname', 'website', 'web', 'url', 'domeniu', 'сайт', '網域'],
    name: ['name', 'companyname', 'accountname', 'company'],
    employees: [
      'employees',
      'numberofemployees',
      'employeecount',
      'headcount',
      'companysize',
      'angajati',
      'сотрудники',
    ],
    revenue: ['revenue', 'annualrevenue', 'turnover', 'cifradeafaceri', 'ciro', 'выручка'],
    industry: ['industry', 'sector', 'vertical', 'industrie', 'sektor', 'отрасль', '產業'],
    country: ['country', 'countryregion', 'tara', 'ulke', 'страна', '國家'],
  },
};

/** What the cells of some columns look like, whatever their name says. */
const SHAPES: Readonly<Record<string, (cell: string) => boolean>> = {
  email: (cell) => cleanEmail(cell) !== null,
  created_at: isInstant,
  at: isInstant,
  domain: (cell) => /^(https?:\/\/)?([\w-]+\.)+[a-z]{2,}\/?$/i.test(cell),
};

/** Of the cells that must look like it. */
const MOST = 0.8;

function isInstant(cell: string): boolean {
  return /\d{4}-\d{2}|\d{12}/.test(cell) && readInstant(cell) !== undefined;
}

/** A name without what tools disagree about: case, spaces, marks, accents. */
const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** What the rows of a file are, by the names of its columns. */
export function guessKind(columns: readonly Column[]): ImportKind {
  const meant = (kind: ImportKind, field: string): boolean =>
    columns.some(({ name }) => NAMES[kind][field]?.includes(plain(name)) === true);
  const dated = columns.some(({ name, cells }) => NAMES.events.at?.includes(plain(name)) && looksLike('at', cells));
  if (meant('events', 'name') && dated && (meant('events', 'contact_id') || meant('events', 'email'))) {
    const isPerson = meant('contacts', 'first_name') || meant('contacts', 'title');
    if (!isPerson) return 'events';
  }
  const hasAddress = columns.some(({ cells }) => looksLike('email', cells));
  return !hasAddress && meant('companies', 'domain') ? 'companies' : 'contacts';
}

function looksLike(field: string, cells: readonly string[]): boolean {
  const fits = SHAPES[field];
  return fits !== undefined && cells.length > 0 && cells.filter(fits).length >= MOST * cells.length;
}

/** A guess for each column. No two columns are taken for the same: the surest keeps the name. */
export function guessColumns(kind: ImportKind, columns: readonly Column[]): Guess[] {
  const rank = { sure: 0, likely: 1, unsure: 2 } as const;
  const guesses = columns.map((column, place) => ({ place, guess: guessOne(kind, column) }));
  const taken = new Set<string>();
  const kept: Guess[] = [];
  for (const { place, guess } of guesses.toSorted((a, b) => rank[a.guess.confidence] - rank[b.guess.confidence])) {
    const isFree = guess.as === null || !taken.has(guess.as);
    kept[place] = isFree ? guess : { ...guess, as: spare(guess.column, taken), confidence: 'unsure', because: 'own' };
    const { as = null } = kept[place] ?? {};
    if (as !== null) taken.add(as);
  }
  return kept;
}

/** Its own name, or, where another column is called so here, none. */
const spare = (name: string, taken: ReadonlySet<string>): string | null => (taken.has(name) ? null : name);

function guessOne(kind: ImportKind, { name, cells }: Column): Guess {
  const told = { column: name, cells };
  if (cells.length === 0) return { ...told, as: null, confidence: 'likely', because: 'empty' };
  const fields = NAMES[kind];
  const byName = Object.keys(fields).find((field) => fields[field]?.includes(plain(name)));
  if (byName !== undefined) {
    if (SHAPES[byName] === undefined) return { ...told, as: byName, confidence: 'sure', because: 'name' };
    return looksLike(byName, cells)
      ? { ...told, as: byName, confidence: 'sure', because: 'both' }
      : { ...told, as: byName, confidence: 'likely', because: 'name' };
  }
  // Of companies an address is a fact; an instant can mean much, an address of a person hardly.
  if (kind !== 'companies' && looksLike('email', cells))
    return { ...told, as: 'email', confidence: 'likely', because: 'cells' };
  return { ...told, as: name, confidence: 'unsure', because: 'own' };
}
