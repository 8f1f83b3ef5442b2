/**
 * One contact in sentences: its scores, every rule with what it gave and the events that counted, its stage and what
 * changes next. It decides the wording and the order; the reasons are those of `explain`.
 */

import type { Explanation, Reason } from '../core/explain.ts';
import { clamp, type Result, type Results, thousandthsRounded } from '../core/scores.ts';
import type { Contact, Event, Model, Score } from '../core/words.ts';
import { many, points, printable, signed, when } from './show.ts';

/** Events printed under a reason; the rest are counted. */
const EVENTS_SHOWN = 3;

/** An explanation as lines of text. */
export function showExplanation(model: Model, contact: Contact, explanation: Explanation): string {
  const { scores, reasons, disqualified, stage, nextChangeAt, asOf } = explanation;
  const company = contact.company === null ? '' : `, company ${contact.company.id}`;
  const lines = [printable(`${contact.id}${company} as of ${when(asOf)}`), ''];
  for (const score of model.scores) {
    const result = scores.get(score.name);
    if (result === undefined) continue;
    lines.push(
      ...showScore(
        score,
        result,
        scores,
        reasons.filter((reason) => reason.score === score.name),
      ),
      '',
    );
  }
  if (disqualified !== null) lines.push(printable(`Disqualified: ${disqualified.reason}`));
  lines.push(`Stage: ${stage ?? 'none'}`);
  lines.push(`Next change: ${nextChangeAt === null ? 'none, unless something happens' : when(nextChangeAt)}`);
  return lines.join('\n');
}

function showScore(score: Score, result: Result, scores: Results, reasons: readonly Reason[]): string[] {
  if (score.kind === 'grid') return [`${score.name}  ${result.cell ?? 'no data'}  (${score.of.join(' × ')})`];
  if (result.points === null) return [`${score.name}  no data: no trait and no event is known`];
  const grade = result.grade === null ? '' : `  grade ${score.grades[result.grade]?.name}`;
  const band = result.band === null ? '' : `  ${score.bands[result.band]?.name}`;
  const head = `${score.name}  ${points(result.points)}${grade}${band}  (${points(score.range[0])} to ${points(score.range[1])})`;
  if (score.kind === 'sum') {
    const terms = score.of.map(({ score: part, weight }) => `${weight === 1000 ? '' : `${weight / 1000} × `}${part}`);
    const sum = thousandthsRounded(
      score.of.reduce((all, part) => all + (scores.get(part.score)?.points ?? 0) * part.weight, 0),
    );
    return [`${head}  = ${terms.join(' + ')}`, ...showHeld('', sum, result.points)];
  }
  if (score.kind === 'rollUp') return [head];
  return [head, ...showReasons(reasons), ...showHolding(score, result, reasons)];
}

/** The rules that gave something, the weightiest first, and how many did not. */
function showReasons(reasons: readonly Reason[]): string[] {
  const given = reasons.filter((reason) => reason.points !== 0).sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const width = Math.max(0, ...given.map((reason) => signed(reason.points).length));
  const lines = given.flatMap(({ rule, group, points: gave, sentence, events }) => [
    `  ${signed(gave).padStart(width)}  ${rule}${group === null ? '' : ` [${group}]`}: ${printable(sentence)}`,
    ...showEvents(events, ' '.repeat(width + 4)),
  ]);
  const silent = reasons.length - given.length;
  return silent === 0 ? lines : [...lines, `  ${many(silent, 'rule')} gave nothing`];
}

function showEvents(events: readonly Event[], indent: string): string[] {
  const shown = events.slice(-EVENTS_SHOWN).map(({ at, name, properties }) => {
    const facts = [...properties].map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return printable(`${indent}${when(at)}  ${name}  ${facts.join('  ')}`).trimEnd();
  });
  const earlier = events.length - shown.length;
  return earlier === 0 ? shown : [`${indent}${many(earlier, 'earlier event')}, then`, ...shown];
}

/** What ranges held back, so that the lines above add up to the score. */
function showHolding(score: Score & { kind: 'rules' }, result: Result, reasons: readonly Reason[]): string[] {
  const loose = reasons.filter((reason) => reason.group === null).reduce((sum, reason) => sum + reason.points, 0);
  const sum = result.groups.reduce((all, group) => all + group.held, loose);
  return [
    ...result.groups.flatMap((group) => showHeld(`group ${group.name}: `, group.sum, group.held)),
    ...showHeld('', sum, clamp(score.range, sum)),
  ];
}

const showHeld = (what: string, sum: number, held: number): string[] =>
  sum === held ? [] : [`  ${what}the sum ${points(sum)} is held to ${points(held)}`];
