/**
 * How rules and conditions become JavaScript over columns. It decides the code; it refuses to see data. No text of a
 * model ever becomes code: texts are looked up by dictionary code in arrays that `kernel.ts` fills, and only finite
 * numbers are written as literals.
 */

import { onlyNumbers } from './columns.ts';
import type { Needs } from './needs.ts';
import { datesIn, movementOf } from './next.ts';
import { operatorOf } from './operators.ts';
import { DAY } from './time.ts';
import type { Condition, Decay, Holder, Match, Period, Rule } from './words.ts';

export type FieldTest = Pick<Condition & { kind: 'test' }, 'operator' | 'operand'>;

/** Bits of a whole number that stay clear of its sign. */
const BITS = 31;

/** An array that generated code reads by its place in the program, filled when data is bound. */
export type Slot =
  | { readonly kind: 'codes' | 'numbers'; readonly holder: Holder; readonly field: string }
  /** By dictionary code: a bit for each test that holds. */
  | { readonly kind: 'answers'; readonly holder: Holder; readonly field: string; readonly tests: readonly FieldTest[] }
  /** By dictionary code: the instant a text means, or NaN. */
  | { readonly kind: 'instants'; readonly holder: Holder; readonly field: string }
  /** By dictionary code: one number for each folded text, 0 for none. */
  | { readonly kind: 'texts'; readonly field: string }
  /** By dictionary code: the number a text means, or NaN. */
  | { readonly kind: 'amounts'; readonly field: string }
  /** By event name: 1 for the names given. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** By event name: its place in the list from 1, or 0. */
  | { readonly kind: 'cases'; readonly names: readonly string[] }
  | { readonly kind: 'weights'; readonly weights: readonly number[] };

/** The code of one rule: what it declares for a contact, does at an event, and concludes. */
export interface Piece {
  /** Once, before any contact: arrays to note values in. */
  readonly setup: string;
  readonly declare: string;
  /** Statements over `e` (row) and `t` (instant) of an event with one of the names; null for any. */
  readonly events: readonly { readonly names: readonly string[] | null; readonly body: string }[];
  /**
   * Statements that set `p`, millionths of a point, and lower `q`, before which `p` cannot change; `sure` is set to 1
   * when it does change at `q`.
   */
  readonly finish: string;
}

/** The slots of one program, and expressions over them. */
export class Writer {
  readonly slots: Slot[] = [];
  /** Whether the code shall also find, in `q`, when a rule can change next. */
  readonly soon: boolean;
  readonly #needs: Needs;
  readonly #places = new Map<string, number>();
  readonly #tests = new Map<string, { place: number; list: FieldTest[] }[]>();
  #names = 0;

  constructor(needs: Needs, soon: boolean) {
    this.#needs = needs;
    this.soon = soon;
  }

  /** A variable name that no other rule has. */
  fresh(letter: string): string {
    return `${letter}${this.#names++}`;
  }

  slot(slot: Slot): string {
    const key = JSON.stringify(slot);
    const place = this.#places.get(key) ?? this.slots.push(slot) - 1;
    this.#places.set(key, place);
    return `a${place}`;
  }

  /** The dictionary code of a field, 0 for missing. */
  #code(holder: Holder, field: string): string {
    const codes = this.slot({ kind: 'codes', holder, field });
    switch (holder) {
      case 'event':
        return `${codes}[e]`;
      case 'contact':
        return `${codes}[c]`;
      case 'company':
        return `(k < 0 ? 0 : ${codes}[k])`;
    }
  }

  #number(holder: Holder, field: string): string {
    const numbers = this.slot({ kind: 'numbers', holder, field });
    return holder === 'event'
      ? `${numbers}[e]`
      : holder === 'contact'
        ? `${numbers}[c]`
        : `(k < 0 ? NaN : ${numbers}[k])`;
  }

  /** The instant that a field means, or NaN. */
  instant(holder: Holder, field: string): string {
    if (holder === 'contact' && field === 'created_at') return 'created[c]';
    return `${this.slot({ kind: 'instants', holder, field })}[${this.#code(holder, field)}]`;
  }

  /** A number for each folded text of an event's property, 0 for none, and how many there can be. */
  text(field: string): { readonly value: string; readonly length: string } {
    const texts = this.slot({ kind: 'texts', field });
    return { value: `${texts}[${this.#code('event', field)}]`, length: `${texts}.length` };
  }

  /** The number of an event's property, or NaN. */
  amount(field: string): string {
    if (onlyNumbers(this.#needs.event.get(field))) return this.#number('event', field);
    return `${this.slot({ kind: 'amounts', field })}[${this.#code('event', field)}]`;
  }

  /** Whether a test on a field holds: over `c`, `k` or `e`. */
  test(condition: Condition & { kind: 'test' }): string {
    const { holder, field, operand } = condition;
    const operator = operatorOf(condition.operator);
    const reads = operator.reads(operand);
    if (holder === 'contact' && field === 'created_at' && reads === 'present') {
      return operand.flag ? '(created[c] === created[c])' : '(created[c] !== created[c])';
    }
    const moving = operator.flipsAfter !== null;
    if (reads === 'date' && (moving || (holder === 'contact' && field === 'created_at'))) {
      return `(${operator.code?.(this.instant(holder, field), operand, 'now')})`;
    }
    if (onlyNumbers(this.#needs[holder].get(field))) {
      const x = this.#number(holder, field);
      return `(${x} === ${x} && ${operator.code?.(x, operand, 'now')})`;
    }
    return this.#answer(condition);
  }

  /** One bit of what is known of a value: all tests on a field share one look. */
  #answer({ holder, field, operator, operand }: Condition & { kind: 'test' }): string {
    const key = `${holder} ${field}`;
    const groups = this.#tests.get(key) ?? [];
    this.#tests.set(key, groups);
    const same = JSON.stringify([operator, operand]);
    for (const { place, list } of groups) {
      const bit = list.findIndex((test) => JSON.stringify([test.operator, test.operand]) === same);
      if (bit >= 0) return `((a${place}[${this.#code(holder, field)}] & ${2 ** bit}) !== 0)`;
    }
    let group = groups.at(-1);
    if (group === undefined || group.list.length === BITS) {
      const list: FieldTest[] = [];
      group = { place: this.slots.push({ kind: 'answers', holder, field, tests: list }) - 1, list };
      groups.push(group);
    }
    const bit = group.list.push({ operator, operand }) - 1;
    return `((a${group.place}[${this.#code(holder, field)}] & ${2 ** bit}) !== 0)`;
  }
}

/** What conditions beyond fields become; rules cannot ask for these. */
export interface Asked {
  score(condition: Condition & { kind: 'score' }): string;
  place(condition: Condition & { kind: 'place' }): string;
  event(condition: Condition & { kind: 'event' }): string;
}

const NOT_ASKED: Asked = { score: () => 'false', place: () => 'false', event: () => 'false' };

export function conditionCode(condition: Condition | null, writer: Writer, asked: Asked = NOT_ASKED): string {
  if (condition === null) return 'true';
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const parts = condition.of.map((part) => conditionCode(part, writer, asked));
      return parts.length === 0 ? 'true' : `(${parts.join(condition.kind === 'all' ? ' && ' : ' || ')})`;
    }
    case 'not':
      return `!${conditionCode(condition.of, writer, asked)}`;
    case 'test':
      return writer.test(condition);
    case 'score':
      return asked.score(condition);
    case 'place':
      return asked.place(condition);
    case 'event':
      return asked.event(condition);
  }
}

/** Lowers `q` to the next instant at which a relative date condition of the contact or company changes. */
function lowerByDates(condition: Condition | null, writer: Writer, holder: 'event' | 'other', q: string): string {
  if (!writer.soon) return '';
  return datesIn(condition)
    .filter((date) => (date.holder === 'event') === (holder === 'event'))
    .map(({ holder: whose, field, ms }) => {
      const flip = `${writer.instant(whose, field)} + ${ms}`;
      return `if (${flip} > now && ${flip} < ${q}) ${q} = ${flip};`;
    })
    .join(' ');
}

/**
 * Runs statements for the events of a match that are left after where, gap, within, distinct.
 * @param then the statements, given the tests that they still have to make themselves; a count adds them up as 0 or 1
 * without a jump, because a processor guesses wrong what an event's values hold
 */
function matched(
  match: Match,
  writer: Writer,
  q: string,
  then: (met: readonly string[]) => string,
): Pick<Piece, 'setup' | 'declare'> & { readonly body: string } {
  const { where, gap, within, distinct } = match;
  let setup = '';
  let declare = '';
  let inner = then;
  if (distinct !== null) {
    const seen = writer.fresh('s');
    const { value, length } = writer.text(distinct);
    setup = `const ${seen} = new Int32Array(${length});`;
    const v = writer.fresh('v');
    inner = jump(
      () => `const ${v} = ${value}; if (${v} !== 0 && ${seen}[${v}] !== stamp) { ${seen}[${v}] = stamp; ${then([])} }`,
    );
  }
  if (within !== null) {
    const left = inner;
    const test = `t > now - ${within}`;
    inner = writer.soon
      ? jump(() => `if (${test}) { if (t + ${within} < ${q}) ${q} = t + ${within}; ${left([])} }`)
      : (met) => left([...met, test]);
  }
  if (gap !== null) {
    const left = inner;
    const last = writer.fresh('g');
    const previous = writer.fresh('b');
    declare += `let ${last} = -Infinity;`;
    inner = jump(() => `const ${previous} = ${last}; ${last} = t; ${left([`t - ${previous} >= ${gap}`])}`);
  }
  const condition = conditionCode(where, writer);
  return {
    setup,
    declare,
    body: `${lowerByDates(where, writer, 'event', q)} ${inner(where === null ? [] : [condition])}`,
  };
}

/** Statements behind tests, as a jump. */
const jump =
  (statements: () => string) =>
  (met: readonly string[]): string =>
    met.length === 0 ? statements() : `if (${met.join(' && ')}) { ${statements()} }`;

/** Adds 1 where all tests are met. */
const counting =
  (n: string) =>
  (met: readonly string[]): string =>
    met.length === 0
      ? `${n}++;`
      : `${n} += ${met.map((test) => `(${test})`).join(' & ')}${met.length === 1 ? ' | 0' : ''};`;

/**
 * Concludes a rule: `value` is what it gives when its `if` holds, `moved` the instant before which that cannot change,
 * `sure` whether it does change then.
 */
function conclude(rule: Rule, writer: Writer, value: string, moved: string | null, sure = 'false'): string {
  const dates = lowerByDates(rule.if, writer, 'other', 'q');
  const gate = conditionCode(rule.if, writer);
  const certain = movementOf(rule).dates.length > 0 || sure === 'false' ? '' : ` sure = ${sure} ? 1 : 0;`;
  // A gate that is shut keeps the rule at 0, however its events move, until one of its dates opens it.
  const inner = `p = ${value};${moved === null || !writer.soon ? '' : ` if (${moved} < q) { q = ${moved};${certain} }`}`;
  return `${dates} ${gate === 'true' ? inner : `if (${gate}) { ${inner} }`}`;
}

const held = (points: string, max: number): string => `Math.max(-${max}, Math.min(${max}, ${points})) + 0`;

export function codeTrait(rule: Rule<'trait'>, writer: Writer): Piece {
  const dates = lowerByDates(rule.if, writer, 'other', 'q');
  // Without a jump: who a contact is, is what a processor cannot guess.
  const finish = `${dates} p = ${conditionCode(rule.if, writer)} * ${rule.points * 1000} + 0;`;
  return { setup: '', declare: '', events: [], finish };
}

export function codeHappened(rule: Rule<'happened'>, writer: Writer): Piece {
  const n = writer.fresh('n');
  const q = writer.fresh('q');
  const { least, most } = rule.count;
  const { within, distinct } = rule.match;
  // The count falls below `least` when the `least`-th event from the end leaves: a few instants tell it exactly.
  const exact =
    writer.soon && within !== null && distinct === null && most === Infinity && least > 0 && least <= LAST_KEPT;
  const lasts = exact ? Array.from({ length: least }, () => writer.fresh('t')) : [];
  const shift = lasts.map((name, i) => `${name} = ${lasts[i + 1] ?? 't'};`).join(' ');
  const { setup, declare, body } = matched(rule.match, writer, q, exact ? jump(() => `${n}++; ${shift}`) : counting(n));
  const enough = most === Infinity ? `${n} >= ${least}` : `${n} >= ${least} && ${n} <= ${most}`;
  const points = `${enough} ? ${rule.points * 1000} : 0`;
  return {
    setup,
    declare: `let ${[`${n} = 0`, `${q} = Infinity`, ...lasts.map((name) => `${name} = 0`)].join(', ')}; ${declare}`,
    events: [{ names: rule.match.names, body }],
    finish: exact
      ? `${noDates(rule) ? `${q} = ${enough} ? ${lasts[0]} + ${within} : Infinity;` : ''} ${conclude(rule, writer, points, q, 'true')}`
      : conclude(rule, writer, points, q),
  };
}

/** A count up to this keeps the instants of its last events in variables. */
const LAST_KEPT = 8;

const noDates = (rule: Rule): boolean => movementOf(rule).dates.length === 0;

export function codeEach(rule: Rule<'each'>, writer: Writer): Piece {
  const [sum, then, q] = [writer.fresh('n'), writer.fresh('n'), writer.fresh('q')];
  const { limit, amount, decay } = rule;
  const { within, distinct } = rule.match;
  const units = amount === null ? '' : 'u * ';
  let declare = `let ${sum} = 0, ${then} = 0, ${q} = Infinity;`;
  let body = decay === null ? `${sum} += ${units}1000;` : weightCode(decay, writer, units, sum, then, q);
  if (amount !== null) {
    const { property, unit } = amount;
    body = `const x = ${writer.amount(property)}; const u = x >= 0 ? Math.floor(Math.min(x, 1e21) / ${unit}) : 0; ${body}`;
  }
  if (limit !== null) {
    const [period, used] = [writer.fresh('d'), writer.fresh('m')];
    declare += `let ${period} = NaN, ${used} = 0;`;
    body = `const d = ${periodCode(limit.per)}; if (d !== ${period}) { ${period} = d; ${used} = 0; } if (${used} < ${limit.times}) { ${used}++; ${body} }`;
  }
  const match = matched(
    rule.match,
    writer,
    q,
    jump(() => body),
  );
  const points = held(`${sum} * ${rule.points}`, rule.max);
  const tomorrow = held(`${then} * ${rule.points}`, rule.max);
  const plainWindow = within !== null && decay === null && limit === null && distinct === null && amount === null;
  return {
    setup: match.setup,
    declare: declare + match.declare,
    events: [{ names: rule.match.names, body: match.body }],
    finish:
      writer.soon && within === null && decay !== null && noDates(rule)
        ? // The weights of tomorrow were summed beside those of today.
          `const same${sum} = ${points} === ${tomorrow}; if (same${sum} && ${q} === tomorrow) ${q} += ${DAY};
           ${conclude(rule, writer, points, q, `!same${sum}`)}`
        : conclude(rule, writer, points, q, plainWindow ? `Math.abs(${sum} * ${rule.points}) <= ${rule.max}` : 'false'),
  };
}

/** Adds the weight of today and that of tomorrow, and lowers `q` to the next midnight while the weight can fall. */
function weightCode(decay: Decay, writer: Writer, units: string, sum: string, then: string, q: string): string {
  const weights = writer.slot({ kind: 'weights', weights: decay.weights });
  const last = decay.weights.length - 1;
  if (!writer.soon) {
    return `const age = today - Math.floor(t / ${DAY}); ${sum} += ${units}${weights}[age < ${last} ? age : ${last}];`;
  }
  return `const age = today - Math.floor(t / ${DAY});
    if (age < ${last}) { ${sum} += ${units}${weights}[age]; ${then} += ${units}${weights}[age + 1]; if (tomorrow < ${q}) ${q} = tomorrow; }
    else { ${sum} += ${units}${weights}[${last}]; ${then} += ${units}${weights}[${last}]; }`;
}

function periodCode(per: Period): string {
  switch (per) {
    case 'day':
      return `Math.floor(t / ${DAY})`;
    case 'week':
      return `Math.floor((Math.floor(t / ${DAY}) + 3) / 7)`;
    case 'ever':
      return '0';
  }
}

/** A silence of up to this many names looks at the events of each name alone. */
const NAMES_ALONE = 4;

export function codeSilent(rule: Rule<'silent'>, writer: Writer): Piece {
  const last = writer.fresh('l');
  const q = writer.fresh('q');
  const where = conditionCode(rule.where, writer);
  const every = rule.names === null && rule.where === null;
  // The last of several names is the latest of their own last ones: each is asked for alone.
  const few = rule.names !== null && rule.names.length <= NAMES_ALONE;
  const since = writer.fresh('b');
  const times = writer.fresh('n');
  const next = writer.fresh('t');
  // At its `max` a silence gives no more, however long it lasts.
  const still = rule.each && noDates(rule) ? ` && Math.abs(${rule.points * 1000} * ${times}) < ${rule.max}` : '';
  const points = rule.each ? held(`${rule.points * 1000} * ${times}`, rule.max) : `${rule.points * 1000}`;
  return {
    setup: '',
    declare: `let ${last} = ${every ? 'begin < end ? at[end - 1] : NaN' : 'NaN'}, ${q} = Infinity;`,
    events: every
      ? []
      : (few ? rule.names.map((name) => [name]) : [rule.names]).map((names) => ({
          names,
          body: `${lowerByDates(rule.where, writer, 'event', q)} if (${where} && !(${last} > t)) ${last} = t;`,
        })),
    finish: `
      const ${since} = ${last} === ${last} ? ${last} : created[c] === created[c] ? created[c] : begin < end ? at[begin] : NaN;
      const ${times} = Math.floor((now - ${since}) / ${rule.for});
      const ${next} = ${since} + ${rule.each ? `(${times} + 1)` : '1'} * ${rule.for};
      if (${next} > now && ${next} < ${q}${still}) ${q} = ${next};
      ${conclude(rule, writer, `${times} >= 1 ? ${points} : 0`, q, `${q} > now && ${rule.each ? `Math.abs(${rule.points * 1000} * ${times}) < ${rule.max}` : 'true'}`)}`,
  };
}

export function codeUntaken(rule: Rule<'untaken'>, writer: Writer): Piece {
  const { value, length } = writer.text(rule.same);
  const name = (letter: string) => writer.fresh(letter);
  const [seen, when, taken, list] = [name('s'), name('w'), name('s'), name('s')];
  const [size, q, n, v, i] = [name('n'), name('q'), name('n'), name('v'), name('i')];
  const note = () =>
    `const ${v} = ${value}; if (${v} !== 0 && ${seen}[${v}] !== stamp) { ${seen}[${v}] = stamp; ${when}[${v}] = t; ${list}[${size}++] = ${v}; }`;
  const on = matched(
    { names: rule.on, where: rule.where, gap: null, within: rule.within, distinct: null },
    writer,
    q,
    jump(note),
  );
  const scratch = `new Int32Array(${length})`;
  return {
    setup: `const ${seen} = ${scratch}, ${taken} = ${scratch}, ${list} = ${scratch}, ${when} = new Float64Array(${length});`,
    declare: `let ${size} = 0, ${q} = Infinity; ${on.declare}`,
    events: [
      { names: rule.on, body: on.body },
      { names: rule.unless, body: `${taken}[${value}] = stamp;` },
    ],
    finish: `
      let ${n} = 0;
      for (let ${i} = 0; ${i} < ${size}; ${i}++) {
        const ${v} = ${list}[${i}];
        if (${taken}[${v}] === stamp) continue;
        if (${when}[${v}] <= now - ${rule.after}) ${n}++;
        else if (${when}[${v}] + ${rule.after} < ${q}) ${q} = ${when}[${v}] + ${rule.after};
      }
      ${conclude(rule, writer, held(`${rule.points * 1000} * ${n}`, rule.max), q)}`,
  };
}
