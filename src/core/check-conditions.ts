/**
 * Conditions and matches of a document, checked: fields that can be named, operands folded and read once, scores that
 * are there. It decides what each place of a condition may ask; the rest of the document is for `check.ts`.
 */

import { type OperatorName, operatorNames, operatorOf } from './operators.ts';
import type { ConditionDocument, CountDocument, EventDocument, TestDocument } from './schema.ts';
import { unknownKeys } from './schema.ts';
import { nearest } from './text.ts';
import { readDuration } from './time.ts';
import type { Condition, Count, Holder, Match, Operand, Score } from './words.ts';

export type Path = readonly (string | number)[];
export interface Found {
  readonly path: Path;
  readonly message: string;
}

const RESERVED = new Set(['score', 'grade', 'band', 'event', 'company', 'all', 'any', 'not', 'id', '__proto__']);

/** Where a condition stands, which settles whose fields it names and what else it may ask. */
export type Place = 'if' | 'where' | 'companyIf' | 'judgement' | 'stage';

export class ConditionChecker {
  readonly found: Found[] = [];
  /** The scores that conditions may ask for, once they are known. */
  protected scores: readonly Score[] = [];
  protected companyScores: readonly Score[] = [];

  protected problem(path: Path, message: string): void {
    this.found.push({ path, message });
  }

  protected unknown(path: Path, what: string, name: string, known: readonly string[]): void {
    const near = nearest(name, known);
    this.problem(
      path,
      `no ${what} is named \`${name}\`${near === undefined ? '' : `, did you mean \`${near}\`?`} (there are: ${known.join(', ') || 'none'})`,
    );
  }

  protected match(written: EventDocument, path: Path): Match {
    return {
      names: readNames(written.on),
      where: this.where(written.where, path),
      gap: optional(written.gap, readDuration),
      within: optional(written.within, readDuration),
      distinct: null,
    };
  }

  protected where(written: ConditionDocument | undefined, path: Path): Condition | null {
    return written === undefined ? null : this.condition(written, 'where', [...path, 'where']);
  }

  protected property(property: string, path: Path): string {
    if (property.trim() === '' || property === '__proto__') this.problem(path, 'name a property of the event');
    return property;
  }

  protected count(written: CountDocument | undefined, path: Path): Count {
    const { atLeast, moreThan, atMost, lessThan, between } = written ?? { atLeast: 1 };
    if (lessThan === 0) this.problem([...path, 'lessThan'], 'nothing happens less than 0 times');
    if (between !== undefined) return { least: between[0], most: between[1] };
    if (atMost !== undefined) return { least: 0, most: atMost };
    if (lessThan !== undefined) return { least: 0, most: lessThan - 1 };
    return { least: atLeast ?? (moreThan ?? 0) + 1, most: Infinity };
  }

  protected condition(written: ConditionDocument, place: Place, path: Path): Condition {
    const of = Object.entries(written).flatMap(([key, value]): Condition[] => {
      const at = [...path, key];
      if (value === undefined) return [];
      if (key === 'all' || key === 'any') {
        const list = value as readonly ConditionDocument[];
        return [{ kind: key, of: list.map((part, i) => this.condition(part, place, [...at, i])) }];
      }
      if (key === 'not') return [{ kind: 'not', of: this.condition(value as ConditionDocument, place, at) }];
      const judging = place === 'judgement' || place === 'stage';
      if (key === 'event' && judging) return [this.#event(value as EventDocument, at)];
      const asked = /^(company\.)?(score|grade|band)$/.exec(key);
      if (asked !== null && judging)
        return this.#results(value as Record<string, TestDocument>, asked[2] ?? '', asked[1] !== undefined, place, at);
      return this.#tests(key, value as TestDocument, place, at);
    });
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'all', of };
  }

  #event(written: EventDocument & { readonly count?: CountDocument | undefined }, path: Path): Condition {
    return { kind: 'event', match: this.match(written, path), count: this.count(written.count, [...path, 'count']) };
  }

  /** Tests on one field; several operators are all asked. */
  #tests(key: string, written: TestDocument, place: Place, path: Path): Condition[] {
    const target = this.#field(key, place, path);
    if (target === null) return [];
    return this.#operands(written, path).map(({ operator, operand }) => {
      if (
        target.field === 'created_at' &&
        target.holder === 'contact' &&
        !['date', 'present'].includes(operatorOf(operator).reads(operand))
      ) {
        this.problem([...path, operator], '`created_at` takes exists, before, after, olderThan and newerThan');
      }
      const split = splitByType(operand, operator);
      const parts = split.map((one): Condition => ({ kind: 'test', ...target, operator, operand: one }));
      return parts.length === 1 && parts[0] !== undefined
        ? parts[0]
        : { kind: operator === 'in' ? 'any' : 'all', of: parts };
    });
  }

  #operands(written: TestDocument, path: Path): { operator: OperatorName; operand: Operand }[] {
    return operatorNames.flatMap((operator) => {
      if (written[operator] === undefined) return [];
      const operand = operatorOf(operator).prepare(written[operator]);
      if (typeof operand !== 'string') return [{ operator, operand }];
      this.problem([...path, operator], operand);
      return [];
    });
  }

  #field(key: string, place: Place, path: Path): { holder: Holder; field: string } | null {
    const company = key.startsWith('company.') && place !== 'where' && place !== 'companyIf';
    const field = company ? key.slice('company.'.length) : key;
    const allowedDot = !company && field === 'email.domain' && place !== 'where' && place !== 'companyIf';
    if (RESERVED.has(field) || (field.includes('.') && !allowedDot)) {
      const why = ['score', 'grade', 'band', 'event'].includes(field)
        ? 'only stages, disqualification and `contacts` ask for it'
        : 'no such field can be named';
      this.problem(path, `\`${key}\` stands for no field here: ${why}`);
      return null;
    }
    return { holder: place === 'where' ? 'event' : company || place === 'companyIf' ? 'company' : 'contact', field };
  }

  /** Tests on scores, grades or bands. */
  #results(
    written: Record<string, TestDocument>,
    what: string,
    ofCompany: boolean,
    place: Place,
    path: Path,
  ): Condition[] {
    if (ofCompany && place !== 'stage') {
      this.problem(path, 'only stages may ask for scores of the company, which come after disqualification');
      return [];
    }
    const scores = ofCompany ? this.companyScores : this.scores;
    return Object.entries(written).flatMap(([name, test]): Condition[] => {
      const at = [...path, name];
      const score = scores.find((candidate) => candidate.name === name);
      if (score === undefined) {
        this.unknown(
          at,
          ofCompany ? 'company score' : 'score',
          name,
          scores.map((candidate) => candidate.name),
        );
        return [];
      }
      return this.#operands(test, at).flatMap(({ operator, operand }): Condition[] => {
        if (what === 'score') return this.#scoreTest(score, ofCompany, operator, operand, at);
        return this.#placeTest(score, what === 'grade' ? 'grade' : 'band', ofCompany, operator, operand, at);
      });
    });
  }

  #scoreTest(score: Score, ofCompany: boolean, operator: OperatorName, operand: Operand, at: Path): Condition[] {
    const reads = operatorOf(operator).reads(operand);
    if (score.kind === 'grid') this.problem(at, 'a grid has no number');
    else if (reads !== 'present' && (reads !== 'number' || operand.texts.length > 0))
      this.problem([...at, operator], 'a score is compared with numbers');
    else if (!operand.numbers.every((x) => Math.round(x * 1000) / 1000 === x))
      this.problem([...at, operator], 'points have at most three decimals');
    const numbers = operand.numbers.map((x) => Math.round(x * 1000) * 1000);
    return [{ kind: 'score', ofCompany, score: score.name, operator, operand: { ...operand, numbers } }];
  }

  #placeTest(
    score: Score,
    of: 'grade' | 'band',
    ofCompany: boolean,
    operator: OperatorName,
    operand: Operand,
    at: Path,
  ): Condition[] {
    const ladder = of === 'grade' ? score.grades : score.bands;
    const names = ladder.map((step) => step.name);
    if (names.length === 0) this.problem(at, `\`${score.name}\` has no ${of}s`);
    if (!['is', 'isNot', 'in', 'notIn'].includes(operator)) {
      this.problem([...at, operator], unknownKeys([operator], ['is', 'isNot', 'in', 'notIn'], `a test on a ${of}`));
      return [];
    }
    const wanted = (Array.isArray(operand.written) ? operand.written : [operand.written]).map(String);
    for (const name of wanted) if (!names.includes(name)) this.unknown([...at, operator], of, name, names);
    const same = operator === 'is' || operator === 'in';
    const places = names.flatMap((name, place) => (wanted.includes(name) === same ? [place] : []));
    return [{ kind: 'place', of, ofCompany, score: score.name, places, operator, operand }];
  }
}

/** A list of texts and numbers becomes two tests, each comparing its own type. */
function splitByType(operand: Operand, operator: OperatorName): Operand[] {
  if (operand.texts.length === 0 || operand.numbers.length === 0 || (operator !== 'in' && operator !== 'notIn'))
    return [operand];
  const written = operand.written as readonly unknown[];
  return [
    { ...operand, numbers: [], written: written.filter((item) => typeof item !== 'number') },
    { ...operand, texts: [], written: written.filter((item) => typeof item === 'number') },
  ];
}

export const optional = <T>(value: string | undefined, read: (text: string) => T | undefined): T | null =>
  value === undefined ? null : (read(value) ?? null);
export function readNames(written: string | readonly string[]): readonly string[] | null {
  const names = typeof written === 'string' ? [written] : written;
  return names.includes('any') ? null : [...new Set(names)];
}
