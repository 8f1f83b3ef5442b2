/**
 * What answers say of a model. A hand-off that was answered is a label, tied to the scores, bands and points of rules as
 * they were when the contact entered the stage. It decides what counts as an answer and as an end, and how shares and
 * their intervals are counted; it refuses to know where hand-offs are kept and which of them are asked about.
 */

import { countedFacts, type Fact } from './handoff.ts';

/** What sales first said of a lead that it was given. */
const ANSWERS = ['accepted', 'rejected', 'recycled', 'disqualified'] as const;
type Answer = (typeof ANSWERS)[number];

/** What closed a hand-off that sales had. */
export const ENDINGS = ['won', 'lost', 'rejected', 'recycled', 'disqualified'] as const;
type Ending = (typeof ENDINGS)[number];

/** Once a part of a label is there, nothing that happens later changes it. */
export interface Label {
  readonly answer: Answer | null;
  readonly answeredAt: number | null;
  readonly end: Ending | null;
  readonly endedAt: number | null;
  /** Why it was rejected (a code), disqualified or lost (a text). */
  readonly reason: string | null;
  /** Of what was won, where it was told. */
  readonly amount: number | null;
  readonly currency: string | null;
}

const NONE: Label = {
  answer: null,
  answeredAt: null,
  end: null,
  endedAt: null,
  reason: null,
  amount: null,
  currency: null,
};

/**
 * The label of a hand-off, from its facts in the order in which they were recorded. What happened before anybody of sales
 * had it is no answer: a lead that was disqualified while it waited says nothing of what sales thinks of it; nor is what was
 * taken back.
 */
export function labelOf(facts: readonly Fact[]): Label {
  let label = NONE;
  let given = false;
  for (const fact of countedFacts(facts)) {
    if (fact.kind === 'assigned') given = true;
    if (!given) continue;
    const answer = answerOf(fact);
    if (answer !== null && label.answer === null) label = { ...label, answer, answeredAt: fact.at };
    const end = ENDINGS.find((kind) => kind === fact.kind);
    if (end !== undefined && label.end === null) label = { ...label, ...whyOf(fact), end, endedAt: fact.at };
  }
  return label;
}

/** An opportunity or a sale of a lead that nobody had accepted says that it was. */
function answerOf({ kind }: Fact): Answer | null {
  if (kind === 'opportunity' || kind === 'won' || kind === 'lost') return 'accepted';
  return ANSWERS.find((answer) => answer === kind) ?? null;
}

function whyOf(fact: Fact): Partial<Label> {
  switch (fact.kind) {
    case 'rejected':
    case 'disqualified':
    case 'lost':
      return { reason: fact.reason };
    case 'won':
      return { amount: fact.amount, currency: fact.currency };
    default:
      return {};
  }
}

/** What was known at entry, as it is stored with the hand-off. Points are millionths. */
export interface Evidence {
  readonly version: number;
  readonly stage: string | null;
  /** By rule, what it gave; rules that gave nothing are left out. */
  readonly parts: Readonly<Record<string, number>>;
  readonly scores: Readonly<
    Record<string, { readonly points: number | null; readonly grade: string | null; readonly band: string | null }>
  > | null;
}

/** A hand-off as feedback sees it. */
export interface Labelled {
  readonly handoffId: number;
  readonly contactId: number;
  readonly enteredAt: number;
  readonly evidence: Evidence;
  /** By which source the contact was first heard of. */
  readonly source: string | null;
  readonly label: Label;
}

/** A share of some, with the bounds of its 95 % interval; null where there are none to take a share of. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959963984540054;

/** The interval of E. B. Wilson (1927): it stays between 0 and 1 and is honest with few cases. */
export function shareOf(count: number, of: number): Share | null {
  if (of === 0) return null;
  const share = count / of;
  const z = (Z * Z) / of;
  const middle = (share + z / 2) / (1 + z);
  const reach = (Z * Math.sqrt((share * (1 - share) + z / 4) / of)) / (1 + z);
  return {
    share,
    low: count === 0 ? 0 : Math.max(0, middle - reach),
    high: count === of ? 1 : Math.min(1, middle + reach),
  };
}

/** What became of some hand-offs. */
export interface Rate {
  readonly handed: number;
  readonly answered: number;
  readonly accepted: number;
  /** Sent back, at once or after it had been accepted. */
  readonly rejected: number;
  readonly recycled: number;
  readonly disqualified: number;
  readonly won: number;
  readonly lost: number;
  /** Sums of what was won, by currency. */
  readonly amounts: ReadonlyMap<string, number>;
  /** Of the answered, those that were accepted first. */
  readonly acceptance: Share | null;
  /** Of the answered, those that were sent back. */
  readonly rejection: Share | null;
  /** Of those that were won or lost, the won. */
  readonly winning: Share | null;
  /** The reasons of the rejected, the commonest first; ties by the alphabet. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

export function rateOf(handoffs: readonly Labelled[]): Rate {
  const labels = handoffs.map(({ label }) => label);
  const count = (is: (label: Label) => boolean): number => labels.filter(is).length;
  const answered = count(({ answer }) => answer !== null);
  const accepted = count(({ answer }) => answer === 'accepted');
  const rejected = count(({ end }) => end === 'rejected');
  const won = count(({ end }) => end === 'won');
  const lost = count(({ end }) => end === 'lost');
  const amounts = new Map<string, number>();
  for (const { amount, currency } of labels)
    if (amount !== null) amounts.set(currency ?? '', (amounts.get(currency ?? '') ?? 0) + amount);
  const reasons = new Map<string, number>();
  for (const { end, reason } of labels)
    if (end === 'rejected' && reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    handed: labels.length,
    answered,
    accepted,
    rejected,
    recycled: count(({ end }) => end === 'recycled'),
    disqualified: count(({ end }) => end === 'disqualified'),
    won,
    lost,
    amounts,
    acceptance: shareOf(accepted, answered),
    rejection: shareOf(rejected, answered),
    winning: shareOf(won, won + lost),
    reasons: [...reasons]
      .map(([reason, times]) => ({ reason, count: times }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}

/** How a rule did: the hand-offs in which it gave points, and for comparison all others. */
export interface RulePrecision {
  readonly rule: string;
  readonly fired: Rate;
  readonly others: Rate;
}

const gave = ({ evidence }: Labelled, rule: string): boolean => (evidence.parts[rule] ?? 0) !== 0;

/** @param rules ids, in the order in which they are told; of those that never fired too */
export const precisionOf = (handoffs: readonly Labelled[], rules: readonly string[]): RulePrecision[] =>
  rules.map((rule) => ({
    rule,
    fired: rateOf(handoffs.filter((one) => gave(one, rule))),
    others: rateOf(handoffs.filter((one) => !gave(one, rule))),
  }));

/** Every rule that gave points in any of the hand-offs, by the alphabet. */
export const firedRules = (handoffs: readonly Labelled[]): string[] =>
  [
    ...new Set(
      handoffs.flatMap(({ evidence }) => Object.keys(evidence.parts).filter((rule) => evidence.parts[rule] !== 0)),
    ),
  ].sort();

export interface Group {
  /** Null for hand-offs that have no band, or whose source nobody knows. */
  readonly key: string | null;
  readonly rate: Rate;
}

/** By what rates can be told. A hand-off is in the group of each rule that gave it points, and in one band and source. */
export const GROUPINGS = ['band', 'source', 'rule'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** @param score whose band counts */
export function ratesBy(handoffs: readonly Labelled[], by: Grouping, score: string | null): Group[] {
  if (by === 'rule')
    return precisionOf(handoffs, firedRules(handoffs)).map(({ rule, fired }) => ({ key: rule, rate: fired }));
  const keyOf = (one: Labelled): string | null => (by === 'source' ? one.source : bandOf(one, score));
  const groups = Map.groupBy(handoffs, keyOf);
  return [...groups]
    .map(([key, members]) => ({ key, rate: rateOf(members) }))
    .sort((a, b) => b.rate.handed - a.rate.handed || ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
}

const bandOf = ({ evidence }: Labelled, score: string | null): string | null =>
  score === null ? null : (evidence.scores?.[score]?.band ?? null);

/** Millionths; null where the score is none, or not of this model. */
export const pointsOf = ({ evidence }: Labelled, score: string | null): number | null =>
  score === null ? null : (evidence.scores?.[score]?.points ?? null);

export interface Disagreements {
  /** The median of the score over all hand-offs that have it, in millionths: above it is high. Null where none has. */
  readonly middle: number | null;
  /** Sent back although they scored at least the median, the highest first. */
  readonly highRejected: readonly Labelled[];
  /** Won although they scored less than the median, the lowest first. */
  readonly lowWon: readonly Labelled[];
}

/**
 * Where the score said one thing and sales, or the customer, another. All that are handed over passed the threshold, so
 * high and low are meant among them. @param score the one that is asked
 */
export function disagreementsOf(handoffs: readonly Labelled[], score: string | null): Disagreements {
  const scored = handoffs
    .flatMap((one) => {
      const points = pointsOf(one, score);
      return points === null ? [] : [{ one, points }];
    })
    .sort((a, b) => a.points - b.points || a.one.handoffId - b.one.handoffId);
  const middle = scored[Math.floor(scored.length / 2)]?.points;
  if (middle === undefined) return { middle: null, highRejected: [], lowWon: [] };
  return {
    middle,
    highRejected: scored
      .filter(({ one, points }) => points >= middle && one.label.end === 'rejected')
      .toReversed()
      .map(({ one }) => one),
    lowWon: scored.filter(({ one, points }) => points < middle && one.label.end === 'won').map(({ one }) => one),
  };
}
