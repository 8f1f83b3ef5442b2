/**
 * What should be known after any messages, merges and erasures, told as plainly as can be: in memory, one thing after the
 * other, nothing kept that could be counted anew. It refuses to know how the service does it.
 */
import type { Message } from '../../src/core/ingest.ts';

export interface PlainEvent {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly properties: ReadonlyMap<string, string>;
  voided: boolean;
  machine: boolean;
}

interface Row {
  readonly name: string;
  readonly at: number;
  readonly value: string;
}

/** A contact. */
export interface Person {
  /** In the order in which they came to be. */
  readonly number: number;
  readonly events: Map<string, PlainEvent>;
  /** Traits as they were told, by name and instant. */
  readonly rows: Map<string, Row>;
}

/** Two that were said to be one, with what the one who went had. */
export interface Merge {
  readonly gone: number;
  readonly kept: number;
  readonly ids: readonly string[];
  readonly events: readonly string[];
  readonly dropped: readonly PlainEvent[];
  readonly rows: ReadonlyMap<string, Row>;
  readonly covered: ReadonlyMap<string, Row>;
}

const KINDS = ['user', 'email', 'browser'];
const kindOf = (id: string | undefined): string => id?.split(' ')[0] ?? '';

export class Plain {
  /** By kind and value, whose id it is. */
  readonly owner = new Map<string, Person>();
  readonly seen = new Map<string, number>();
  readonly companies = new Map<string, Map<string, Row>>();
  /** Those that can be taken back. */
  merges: Merge[] = [];
  #numbers = 0;

  people(): Person[] {
    return [...new Set(this.owner.values())];
  }

  idsOf(person: Person): string[] {
    return [...this.owner].flatMap(([id, one]) => (one === person ? [id] : []));
  }

  createdAt(person: Person): number {
    const told = [...person.events.values(), ...person.rows.values()].map(({ at }) => at);
    return Math.min(...told, ...this.idsOf(person).map((id) => this.seen.get(id) ?? Number.POSITIVE_INFINITY));
  }

  tell(message: Message): void {
    const person = this.#named(message);
    switch (message.kind) {
      case 'event': {
        const { id, name, at } = message;
        const properties = new Map(Object.entries(message.properties).map(([key, value]) => [key, String(value)]));
        if (!person.events.has(id))
          person.events.set(id, { id, name, at, properties, voided: false, machine: message.machine !== null });
        return;
      }
      case 'traits':
        for (const [name, value] of Object.entries(message.traits)) state(person.rows, name, message.at, value);
        return;
      case 'company': {
        state(person.rows, 'company_id', message.at, message.key);
        const company = this.companies.get(message.key) ?? new Map<string, Row>();
        this.companies.set(message.key, company);
        for (const [name, value] of Object.entries(message.traits)) state(company, name, message.at, value);
        return;
      }
      case 'alias':
    }
  }

  /** The person of the strongest id; those of weaker ones join, unless they have another id of that kind. */
  #named(message: Message): Person {
    const [strongest = '', ...weaker] = idsIn(message);
    let person = this.owner.get(strongest);
    for (const id of weaker) {
      const other = this.owner.get(id);
      if (other === undefined || other === person) continue;
      const isAnother =
        this.#has(other, kindOf(strongest)) || (person && [person, other].every((p) => this.#has(p, 'user')));
      if (message.kind !== 'alias' && isAnother) continue;
      person = person === undefined ? other : this.#joined(person, other);
    }
    person ??= { number: ++this.#numbers, events: new Map(), rows: new Map() };
    for (const id of [strongest, ...weaker]) {
      if (!this.owner.has(id)) this.owner.set(id, person);
      if (this.owner.get(id) === person)
        this.seen.set(id, Math.min(this.seen.get(id) ?? Number.POSITIVE_INFINITY, message.at));
    }
    return person;
  }

  #has(person: Person, kind: string): boolean {
    return this.idsOf(person).some((id) => kindOf(id) === kind);
  }

  #joined(a: Person, b: Person): Person {
    const kind = KINDS.find((one) => this.#has(a, one) !== this.#has(b, one));
    const isFirst = kind === undefined ? a.number <= b.number : this.#has(a, kind);
    return isFirst ? this.merge(b, a) : this.merge(a, b);
  }

  merge(gone: Person, kept: Person): Person {
    const ids = this.idsOf(gone);
    const events = [...gone.events.keys()].filter((id) => !kept.events.has(id));
    const dropped = [...gone.events.values()].filter(({ id }) => kept.events.has(id));
    const covered = new Map([...kept.rows].filter(([key]) => gone.rows.has(key)));
    this.merges.push({ gone: gone.number, kept: kept.number, ids, events, dropped, rows: gone.rows, covered });
    for (const [id, event] of gone.events) if (!kept.events.has(id)) kept.events.set(id, event);
    for (const [key, row] of gone.rows) kept.rows.set(key, row);
    for (const id of ids) this.owner.set(id, kept);
    return kept;
  }

  /** Takes a merge back; null, and nothing else, where the one who was kept is no more. */
  unmerge(merge: Merge): Person | null {
    const kept = this.people().find(({ number }) => number === merge.kept);
    if (kept === undefined) return null;
    this.merges = this.merges.filter((one) => one !== merge);
    const gone: Person = { number: merge.gone, events: new Map(), rows: new Map(merge.rows) };
    for (const id of merge.ids) if (this.owner.get(id) === kept) this.owner.set(id, gone);
    for (const key of merge.rows.keys()) kept.rows.delete(key);
    for (const [key, row] of merge.covered) kept.rows.set(key, row);
    for (const id of merge.events) {
      const event = kept.events.get(id);
      if (event !== undefined) gone.events.set(id, event);
      kept.events.delete(id);
    }
    for (const event of merge.dropped) gone.events.set(event.id, event);
    return gone;
  }

  /** Nothing is left of a person, nor of those who became one with it. */
  erase(person: Person): void {
    const all = new Set([person.number]);
    for (const { kept, gone } of this.merges.toReversed()) if (all.has(kept)) all.add(gone);
    this.merges = this.merges.filter(({ kept, gone }) => !all.has(kept) && !all.has(gone));
    for (const id of this.idsOf(person)) {
      this.owner.delete(id);
      this.seen.delete(id);
    }
  }
}

/** The latest of each name. */
export function latest(rows: ReadonlyMap<string, Row> | undefined): Map<string, string> {
  const sorted = [...(rows?.values() ?? [])].sort((a, b) => a.at - b.at);
  return new Map(sorted.map(({ name, value }) => [name, value]));
}

function state(rows: Map<string, Row>, name: string, at: number, value: unknown): void {
  rows.set(`${name} ${at}`, { name, at, value: String(value) });
}

/** The ids of a message, the strongest first. */
function idsIn(message: Message): string[] {
  const { userId, email, anonymousId } = message.who;
  const user = userId === null ? [] : [`user ${userId}`];
  if (message.kind === 'alias') return [...user, `user ${message.previousId}`, `browser ${message.previousId}`];
  const stated = message.kind === 'traits' && typeof message.traits.email === 'string' ? message.traits.email : email;
  return [
    ...user,
    ...(stated === null ? [] : [`email ${stated}`]),
    ...(anonymousId === null ? [] : [`browser ${anonymousId}`]),
  ];
}
