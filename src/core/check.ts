/**
 * From a document of the right shape to a checked model: names that point somewhere, folded operands, whole
 * thousandths, and sums that stay exact. It collects every problem with its path; it refuses to know files.
 */

import { ConditionChecker, type Found, optional, type Path, readNames } from './check-conditions.ts';
import type { DecayDocument, ModelDocument, RuleDocument, ScoreDocument } from './schema.ts';
import { DAY, readDuration } from './time.ts';
import {
  CONTRIBUTION_LIMIT,
  type Decay,
  type Ladder,
  type Match,
  MILLION,
  type Model,
  type Range,
  type Rule,
  type Score,
  type Stage,
} from './words.ts';

/** Sums of whole numbers are exact in a double below this. */
const EXACT = Number.MAX_SAFE_INTEGER;
/** Columns of a result that a score may not be named like. */
const RESULT_COLUMNS = new Set(['id', 'stage', 'disqualified', 'next_change_at', 'reasons']);

/** Checks what the shape alone cannot say. Returns the model, or every problem found. */
export function checkDocument(document: ModelDocument): Model | readonly Found[] {
  const checker = new Checker(document);
  const model = checker.model();
  return checker.found.length > 0 ? checker.found : model;
}

class Checker extends ConditionChecker {
  readonly #document: ModelDocument;
  readonly #ruleIds = new Set<string>();

  constructor(document: ModelDocument) {
    super();
    this.#document = document;
  }

  model(): Model {
    const { model, title, scores, grades, bands, disqualify, stages, company } = this.#document;
    this.scores = this.#readScores(scores, grades, bands, [], false);
    if (company !== undefined) {
      this.companyScores = this.#readScores(company.scores, company.grades, company.bands, ['company'], true);
    }
    return {
      name: model,
      title: title ?? model,
      scores: this.scores,
      disqualify: this.#distinct(disqualify ?? [], ['disqualify']).map((entry, i) => ({
        id: entry.id,
        reason: entry.reason.trim(),
        if: this.condition(entry.if, 'judgement', ['disqualify', i, 'if']),
      })),
      stages: this.#distinct(stages ?? [], ['stages']).map(
        (stage, i): Stage => ({
          id: stage.id,
          enter: this.condition(stage.enter, 'stage', ['stages', i, 'enter']),
          leave: stage.leave === undefined ? null : this.condition(stage.leave, 'stage', ['stages', i, 'leave']),
        }),
      ),
      companyScores: this.companyScores,
    };
  }

  #distinct<T extends { id: string }>(list: readonly T[], path: Path): readonly T[] {
    list.forEach((entry, i) => {
      if (list.findIndex((other) => other.id === entry.id) < i)
        this.problem([...path, i, 'id'], `\`${entry.id}\` is there twice`);
    });
    return list;
  }

  #readScores(
    documents: Readonly<Record<string, ScoreDocument>>,
    grades: ModelDocument['grades'],
    bands: ModelDocument['bands'],
    path: Path,
    ofCompany: boolean,
  ): Score[] {
    const ladders = { grades: new Map<string, Ladder>(), bands: new Map<string, Ladder>() };
    for (const [kind, written] of [
      ['grades', grades],
      ['bands', bands],
    ] as const) {
      for (const [name, steps] of Object.entries(written ?? {})) {
        const at = [...path, kind, name];
        const score = documents[name];
        if (score === undefined) this.unknown(at, 'score', name, Object.keys(documents));
        else if ('grid' in score) this.problem(at, 'a grid has no grades and no bands');
        else ladders[kind].set(name, this.#ladder(steps, score.range[0], at));
      }
    }
    return Object.entries(documents)
      .map(([name, document]) => {
        const at = [...path, 'scores', name];
        if (RESULT_COLUMNS.has(name) || /_(grade|band)$/.test(name))
          this.problem(at, `a score cannot be named \`${name}\`: a column of the result is named like that`);
        const score = this.#readScore(name, document, documents, at, ofCompany);
        return { ...score, grades: ladders.grades.get(name) ?? [], bands: ladders.bands.get(name) ?? [] };
      })
      .map((score, _, all) => {
        if (score.kind === 'grid') {
          score.of.forEach((part, i) => {
            const graded = all.find((other) => other.name === part);
            const at = [...path, 'scores', score.name, 'grid', i];
            if (graded === undefined) this.unknown(at, 'score', part, Object.keys(documents));
            else if (graded.grades.length === 0)
              this.problem(at, `\`${part}\` has no grades; a grid takes two graded scores`);
          });
        }
        return score;
      });
  }

  #readScore(
    name: string,
    document: ScoreDocument,
    all: Readonly<Record<string, ScoreDocument>>,
    at: Path,
    ofCompany: boolean,
  ): Score {
    const head = { name, grades: [], bands: [] };
    if ('grid' in document) return { ...head, kind: 'grid', of: document.grid };
    const range = millionths(document.range);
    if ('sum' in document) {
      let bound = 0;
      const of = Object.entries(document.sum).map(([part, weight]) => {
        const target = all[part];
        if (target === undefined) this.unknown([...at, 'sum', part], 'score', part, Object.keys(all));
        else if ('sum' in target || 'grid' in target)
          this.problem(
            [...at, 'sum', part],
            `\`${part}\` is itself ${'sum' in target ? 'a sum' : 'a grid'}; a sum takes scores made of rules`,
          );
        else bound += Math.abs(thousandths(weight)) * Math.max(...target.range.map((end) => Math.abs(end) * MILLION));
        return { score: part, weight: thousandths(weight) };
      });
      this.#exact(bound, [...at, 'sum']);
      return { ...head, kind: 'sum', range, of };
    }
    if ('rollUp' in document) {
      const { rollUp: how, n, keep, of } = document;
      const target = this.scores.find((score) => score.name === of);
      if (target === undefined)
        this.unknown(
          [...at, 'of'],
          'contact score',
          of,
          this.scores.map((score) => score.name),
        );
      else if (target.kind === 'grid') this.problem([...at, 'of'], 'a grid has no number to roll up');
      if (how === 'top' && n === undefined) this.problem(at, '`rollUp: top` needs `n`, how many of the highest to add');
      if (how !== 'top' && n !== undefined) this.problem([...at, 'n'], '`n` belongs to `rollUp: top`');
      if (how !== 'diminishing' && keep !== undefined)
        this.problem([...at, 'keep'], '`keep` belongs to `rollUp: diminishing`');
      const share = readPercent(keep ?? '50%');
      if (share === 0 || share === 1000) this.problem([...at, 'keep'], '`keep` is above 0% and below 100%');
      const weights =
        how === 'top' ? Array<number>(n ?? 1).fill(1000) : how === 'diminishing' ? diminishing(share / 1000) : [];
      return { ...head, kind: 'rollUp', range, of, how, weights };
    }
    const groups = Object.entries(document.groups ?? {}).map(([group, { range: ends }]) => ({
      name: group,
      range: millionths(ends),
    }));
    const rules = document.rules.map((rule, i) => {
      const path = [...at, 'rules', i];
      if (this.#ruleIds.has(rule.id))
        this.problem([...path, 'id'], `\`${rule.id}\` is the id of another rule; ids are unique in the model`);
      this.#ruleIds.add(rule.id);
      if (rule.group !== undefined && !groups.some((group) => group.name === rule.group)) {
        this.unknown(
          [...path, 'group'],
          'group',
          rule.group,
          groups.map((group) => group.name),
        );
      }
      return { rule: this.#rule(rule, path, ofCompany), group: rule.group ?? null };
    });
    this.#exact(
      rules.reduce((sum, { rule }) => sum + boundOf(rule), 0),
      [...at, 'rules'],
    );
    return { ...head, kind: 'rules', range, rules, groups };
  }

  /** Refuses a sum that could pass the whole numbers a double holds exactly. */
  #exact(bound: number, path: Path): void {
    if (bound > EXACT)
      this.problem(
        path,
        'these could add up to more than 9,007,199,254 points, where sums are no longer exact: give rules a lower `max`',
      );
  }

  #ladder(steps: Readonly<Record<string, number>>, lowest: number, path: Path): Ladder {
    const ladder = Object.entries(steps).map(([name, from]) => ({ name, from: from * MILLION }));
    ladder.forEach((step, i) => {
      const above = ladder[i - 1];
      if (above !== undefined && above.from <= step.from)
        this.problem([...path, step.name], 'thresholds descend strictly, the best first');
    });
    const last = ladder.at(-1);
    if (last !== undefined && last.from > lowest * MILLION)
      this.problem([...path, last.name], `the lowest threshold is not above the lowest score, ${lowest}`);
    return ladder.map((step) => ({ ...step, from: Math.round(step.from) }));
  }

  #rule(rule: RuleDocument, path: Path, ofCompany: boolean): Rule {
    const gate =
      rule.if === undefined ? null : this.condition(rule.if, ofCompany ? 'companyIf' : 'if', [...path, 'if']);
    const points = thousandths('points' in rule ? rule.points : rule.pointsEach);
    const head = { id: rule.id, points, if: gate };
    const max = 'max' in rule && rule.max !== undefined ? Math.round(rule.max * MILLION) : CONTRIBUTION_LIMIT;
    if ('contacts' in rule) {
      return {
        ...head,
        kind: 'contacts',
        contacts: this.condition(rule.contacts, 'judgement', [...path, 'contacts']),
        count: this.count(rule.count, [...path, 'count']),
      };
    }
    if ('silent' in rule) {
      return {
        ...head,
        kind: 'silent',
        names: readNames(rule.silent),
        where: this.where(rule.where, path),
        for: readDuration(rule.for) ?? 0,
        each: 'pointsEach' in rule,
        max,
      };
    }
    if ('unless' in rule) {
      return {
        ...head,
        kind: 'untaken',
        on: readNames(rule.on),
        unless: readNames(rule.unless),
        same: this.property(rule.same, [...path, 'same']),
        after: readDuration(rule.after) ?? 0,
        where: this.where(rule.where, path),
        within: optional(rule.within, readDuration),
        max,
      };
    }
    if ('on' in rule) {
      const distinct = rule.distinct === undefined ? null : this.property(rule.distinct, [...path, 'distinct']);
      const match: Match = { ...this.match(rule, path), distinct };
      if ('points' in rule)
        return { ...head, kind: 'happened', match, count: this.count(rule.count, [...path, 'count']) };
      return {
        ...head,
        kind: 'each',
        match,
        amount:
          rule.amount === undefined
            ? null
            : {
                property: this.property(rule.amount.property, [...path, 'amount', 'property']),
                unit: rule.amount.unit ?? 1,
              },
        limit: rule.limit ?? null,
        decay: rule.decay === undefined ? null : this.#decay(rule.decay, [...path, 'decay']),
        max,
      };
    }
    return { ...head, kind: 'trait', if: gate ?? { kind: 'all', of: [] } };
  }

  #decay(written: DecayDocument, path: Path): Decay {
    if ('halfLife' in written) return { weights: halving((readDuration(written.halfLife) ?? DAY) / DAY), written };
    if ('linear' in written) return { weights: fading((readDuration(written.linear) ?? DAY) / DAY), written };
    const steps = Object.entries(written.steps).map(([age, share]) => ({
      days: (readDuration(age) ?? Number.NaN) / DAY,
      share: readPercent(share),
      age,
    }));
    const weights: number[] = [];
    let weight = 1000;
    for (const step of steps) {
      if (!Number.isInteger(step.days))
        this.problem([...path, 'steps', step.age], 'a step begins after whole days, such as 30d');
      else if (step.days < weights.length) this.problem([...path, 'steps', step.age], 'steps ascend');
      else {
        while (weights.length < step.days) weights.push(weight);
        weight = step.share;
        weights.push(weight);
      }
    }
    return { weights, written };
  }
}

const thousandths = (x: number): number => Math.round(x * 1000);
const millionths = ([low, high]: readonly [number, number]): Range => [
  Math.round(low * 1000) * 1000,
  Math.round(high * 1000) * 1000,
];
const readPercent = (text: string): number => Math.round(Number(text.slice(0, -1)) * 10);

/** The most a rule can give, either way. */
function boundOf(rule: Rule): number {
  const repeats = rule.kind === 'each' || rule.kind === 'untaken' || (rule.kind === 'silent' && rule.each);
  return repeats ? rule.max : Math.abs(rule.points) * 1000;
}

/** `round(1000 × 2^(−age/h))`, until it is 0. */
function halving(halfLife: number): number[] {
  const weights: number[] = [];
  for (let age = 0, weight = 1000; weight > 0; age++) {
    weight = Math.floor(1000 * 2 ** (-age / halfLife) + 0.5);
    weights.push(weight);
  }
  return weights;
}

/** `round(1000 × max(0, 1 − age/n))`, in whole numbers. */
const fading = (days: number): number[] =>
  Array.from({ length: days + 1 }, (_, age) => Math.floor((2000 * (days - age) + days) / (2 * days)));

/** `round(1000 × keep^i)`, until it is 0. */
function diminishing(keep: number): number[] {
  const weights: number[] = [];
  for (let i = 0; keep > 0 && keep < 1; i++) {
    const weight = Math.floor(1000 * keep ** i + 0.5);
    if (weight === 0) break;
    weights.push(weight);
  }
  return weights;
}
