/**
 * The program of a model: the source of every function that the kernel runs, and the arrays they read. It decides
 * how rules are cut into functions and how scores, grades, disqualification and stages are written as code.
 */

import { parts } from './condition.ts';
import { type Asked, conditionCode, type Slot, Writer } from './kernel-code.ts';
import { rulesSource } from './kernel-rules.ts';
import { needsOf } from './needs.ts';
import { datesIn, isStill, type Movement, movementOf, movementOfMatch } from './next.ts';
import { operatorOf } from './operators.ts';
import { type Condition, type Ladder, type Model, type Range, type Rule, rulesOf, type Score } from './words.ts';

/** No grade, no band. */
export const NO_PLACE = 255;
/** Rules in one function: few enough that the compiler still optimises it. */
const RULES_A_FUNCTION = 40;

export interface Program {
  readonly model: Model;
  /** The contact rules of the model, then one hidden rule for each event condition of disqualification and stages. */
  readonly rules: readonly Rule[];
  /** How many of the rules are the model's. */
  readonly shown: number;
  readonly movements: readonly Movement[];
  readonly slots: readonly Slot[];
  readonly chunks: readonly { readonly first: number; readonly source: string }[];
  readonly judge: string;
  readonly stages: string;
  /** Tests of company rules on one contact `c`, by rule id, and on the company `k` itself. */
  readonly ofMember: ReadonlyMap<string, string>;
  readonly ofCompany: ReadonlyMap<string, string>;
  /** Whether stages, disqualification or company rules look at dates or windows of their own. */
  readonly standingMoves: boolean;
  /** By rule: the rule alone, to ask what it gives at another instant; empty for one that time does not move. */
  readonly singles: readonly string[];
  /** By rule: collects the instants after `now` at which a relative date of the rule changes its answer. */
  readonly flips: readonly string[];
}

const programs = new WeakMap<Model, Map<string, Program>>();
const NONE: ReadonlySet<string> = new Set();

/**
 * The program of a model; made once.
 * @param soon whether it shall also tell when rules can change next, which costs a third more
 * @param given ids of rules of which is known what they give: they have a place and no code; not together with `soon`
 */
export function programOf(model: Model, soon: boolean, given = NONE): Program {
  const made = programs.get(model) ?? new Map<string, Program>();
  programs.set(model, made);
  const key = JSON.stringify([soon, ...given]);
  const program = made.get(key) ?? makeProgram(model, soon, given);
  made.set(key, program);
  return program;
}

function makeProgram(model: Model, soon: boolean, given: ReadonlySet<string>): Program {
  const writer = new Writer(needsOf(model), soon);
  const shownRules = rulesOf(model.scores);
  const hidden = new Map<string, number>();
  const rules = [...shownRules];
  for (const condition of judgedConditions(model)) {
    for (const part of parts(condition)) {
      if (part.kind !== 'event' || hidden.has(JSON.stringify(part))) continue;
      hidden.set(JSON.stringify(part), rules.length);
      rules.push({
        kind: 'happened',
        id: `event ${rules.length}`,
        points: 1,
        if: null,
        match: part.match,
        count: part.count,
      });
    }
  }
  const asked = askedOf(model, (part) => hidden.get(JSON.stringify(part)) ?? 0, shownRules.length);
  const places = rules.flatMap(({ id }, place) => (given.has(id) ? [] : [place]));
  const chunks = Array.from({ length: Math.ceil(places.length / RULES_A_FUNCTION) }, (_, i) => {
    const own = places.slice(i * RULES_A_FUNCTION, (i + 1) * RULES_A_FUNCTION);
    const first = own[0] ?? 0;
    const source = rulesSource(
      rules.filter((_, place) => own.includes(place)),
      writer,
      own.map((place) => place - first),
    );
    return { first, source };
  });
  const movements = rules.map(movementOf);
  const companyRules = rulesOf(model.companyScores);
  const program = {
    model,
    rules,
    shown: shownRules.length,
    movements,
    chunks,
    judge: judgeSource(model, shownRules, rules.length, writer, asked),
    stages: stagesSource(model, writer, asked),
    ofMember: new Map(
      companyRules.flatMap((rule) =>
        rule.kind === 'contacts'
          ? [
              [
                rule.id,
                `return (c, now) => { const k = company[c]; return ${conditionCode(rule.contacts, writer, asked)}; };`,
              ],
            ]
          : [],
      ),
    ),
    ofCompany: new Map(
      companyRules.map((rule) => [rule.id, `return (k, now) => ${conditionCode(rule.if, writer, asked)};`]),
    ),
    standingMoves: [...judgedConditions(model), ...companyRules.map((rule) => rule.if)].some(moves),
    singles: rules.map((rule) => (!soon || isStill(movementOf(rule)) ? '' : rulesSource([rule], writer))),
    flips: movements.map((movement) => flipsSource(movement, writer)),
  };
  return { ...program, slots: writer.slots };
}

function judgedConditions(model: Model): (Condition | null)[] {
  return [
    ...model.disqualify.map((entry) => entry.if),
    ...model.stages.flatMap((stage) => [stage.enter, stage.leave]),
    ...rulesOf(model.companyScores).map((rule) => (rule.kind === 'contacts' ? rule.contacts : null)),
  ];
}

const moves = (condition: Condition | null): boolean =>
  datesIn(condition).length > 0 ||
  [...parts(condition)].some((part) => part.kind === 'event' && !isStill(movementOfMatch(part.match, false)));

function flipsSource(movement: Movement, writer: Writer): string {
  const push = (flip: string): string => `{ const flip = ${flip}; if (flip > now) into.push(flip); }`;
  const code = movement.dates.map(({ holder, field, ms }) => {
    const one = push(`${writer.instant(holder, field)} + ${ms}`);
    return holder === 'event' ? `for (let e = starts[c]; e < starts[c + 1] && at[e] <= asOf; e++) ${one}` : one;
  });
  return `return (c, now, asOf, into) => { const k = company[c]; ${code.join('\n')} };`;
}

/** How conditions of stages and disqualification read results: arrays by the place of the score or hidden rule. */
function askedOf(model: Model, hidden: (part: Condition) => number, shown: number): Asked {
  const array = (letter: string, ofCompany: boolean, score: string): string => {
    const place = (ofCompany ? model.companyScores : model.scores).findIndex((candidate) => candidate.name === score);
    const list = ofCompany ? `company${letter}` : letter;
    return `${list}${place}[${ofCompany ? 'k' : 'c'}]`;
  };
  return {
    score: ({ ofCompany, score, operator, operand }) => {
      const x = array('Scores', ofCompany, score);
      const row = operatorOf(operator);
      const there = `(${ofCompany ? 'k >= 0 && ' : ''}${x} === ${x})`;
      if (row.reads(operand) === 'present') return operand.flag ? there : `!${there}`;
      return `(${there} && ${row.code?.(x, operand, 'now')})`;
    },
    place: ({ of, ofCompany, score, places }) => {
      const x = array(of === 'grade' ? 'Grades' : 'Bands', ofCompany, score);
      const tests = places.map((place) => `${x} === ${place}`);
      return tests.length === 0 ? 'false' : `(${ofCompany ? 'k >= 0 && ' : ''}(${tests.join(' || ')}))`;
    },
    event: (part) => `(counts${hidden(part) - shown}[c] === 1)`,
  };
}

/** Sums contributions into scores, grades and bands, and disqualifies. */
function judgeSource(model: Model, rules: readonly Rule[], all: number, writer: Writer, asked: Asked): string {
  const place = new Map(rules.map((rule, i) => [rule, i]));
  const index = new Map(model.scores.map((score, i) => [score.name, i]));
  const counts = Array.from(
    { length: all - rules.length },
    (_, i) => `counts${i}[c] = points[j * width + ${rules.length + i}] === 0 ? 0 : 1;`,
  );
  const ordered = [...model.scores].sort((a, b) => Number(a.kind === 'sum') - Number(b.kind === 'sum'));
  const sums = ordered.map((score): string => {
    const i = index.get(score.name) ?? 0;
    switch (score.kind) {
      case 'rules':
        return `${sumOfRules(score, place)} ${placesCode(score, i)}`;
      case 'sum': {
        const terms = score.of.map((part) => `Scores${index.get(part.score)}[c] * ${part.weight}`);
        return `{ const y = ${terms.join(' + ')} + 500; s = Math.floor(y / 1000); } ${placesCode(score, i)}`;
      }
      default:
        return '';
    }
  });
  const numbered = model.scores.flatMap((score, i) => (score.kind === 'grid' ? [] : [i]));
  const disqualify = model.disqualify.map((entry, i) => `${conditionCode(entry.if, writer, asked)} ? ${i + 1} : `);
  return `
    return (first, last, now, points, width) => {
      for (let c = first, j = 0; c < last; c++, j++) {
        const k = company[c];
        ${counts.join('\n')}
        if (hasTraits[c] === 0 && !(starts[c] < starts[c + 1] && at[starts[c]] <= now)) {
          known[c] = 0; disqualified[c] = 0;
          ${numbered.map((i) => `Scores${i}[c] = NaN; Grades${i}[c] = ${NO_PLACE}; Bands${i}[c] = ${NO_PLACE};`).join('\n')}
          continue;
        }
        known[c] = 1;
        let s = 0;
        ${sums.join('\n')}
        disqualified[c] = ${disqualify.join('')}0;
      }
    };`;
}

function sumOfRules(score: Score & { kind: 'rules' }, place: ReadonlyMap<Rule, number>): string {
  const add = (into: string, group: string | null): string =>
    score.rules
      .filter((entry) => entry.group === group)
      .map((entry) => `${into} += points[j * width + ${place.get(entry.rule)}];`)
      .join('\n');
  const groups = score.groups.map(
    ({ name, range }) => `{ let g = 0; ${add('g', name)} s += ${clampCode(range, 'g')}; }`,
  );
  return `s = 0; ${add('s', null)} ${groups.join('\n')}`;
}

const clampCode = ([low, high]: Range, x: string): string => `Math.max(${low}, Math.min(${high}, ${x}))`;

function placesCode(score: Score & { range: Range }, i: number): string {
  const ladder = (steps: Ladder): string =>
    steps.length === 0
      ? String(NO_PLACE)
      : `${steps
          .slice(0, -1)
          .map((step, place) => `s >= ${step.from} ? ${place} : `)
          .join('')}${steps.length - 1}`;
  return `s = ${clampCode(score.range, 's')}; Scores${i}[c] = s; Grades${i}[c] = ${ladder(score.grades)}; Bands${i}[c] = ${ladder(score.bands)};`;
}

/** Moves contacts between stages, from the one in `stage` to the next. */
function stagesSource(model: Model, writer: Writer, asked: Asked): string {
  const enter = model.stages.map((stage) => conditionCode(stage.enter, writer, asked));
  const entered = enter
    .map((code, i) => `if (${code}) n = ${i};`)
    .reverse()
    .join(' else ');
  const leaves = model.stages.flatMap((stage, i) =>
    stage.leave === null
      ? []
      : [`case ${i}: if (!${enter[i]} && ${conditionCode(stage.leave, writer, asked)}) stage[c] = n; break;`],
  );
  return `
    return (first, last, now) => {
      for (let c = first; c < last; c++) {
        if (known[c] === 0 || disqualified[c] !== 0) { stage[c] = -1; continue; }
        const k = company[c], present = stage[c];
        let n = -1;
        ${entered}
        if (n > present) stage[c] = n;
        else switch (present) { ${leaves.join('\n')} }
      }
    };`;
}
