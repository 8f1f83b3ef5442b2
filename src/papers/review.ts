/** A review as a paper: what was decided first, then the figures. It refuses to know where they come from. */

import type { z } from 'zod';
import type { Language } from '../core/phrases/languages.ts';
import type { rateShape } from '../routes/feedback.ts';
import type { ShownReport, wholeReview } from '../routes/review.ts';
import type { Block, Paper } from './paper.ts';
import { type Words, wordsIn } from './words.ts';

type Review = z.output<typeof wholeReview>;
type Rate = z.output<typeof rateShape>;

/** Most rows of what moved. */
const SHOWN = 10;

/** Instants are told by their day, UTC. */
export function reviewPaper({ agreement, report, ...review }: Review, language: Language): Paper {
  const words = wordsIn(language);
  const { say, day } = words;
  const { minutes, minutesBy, openedBy, closedAt, closedBy } = review;
  const title = say('reviewOf', { agreement });
  const state =
    closedAt === null
      ? say('openedBy', { who: openedBy })
      : say('closedBy', { who: openedBy, at: day(closedAt), by: closedBy ?? '' });
  const proposals = report.proposals.map((one) => proposalText(one, words));
  const { conversion } = report;
  const heads = ['', ...['handed', 'answered', 'accepted', 'rejected', 'won'].map((key) => say(key))];
  return {
    language,
    title,
    under: [
      say('period', { from: day(report.from), to: day(report.to), before: day(report.before) }),
      say('model', { model: report.model, version: report.version }),
      state,
    ],
    blocks: [
      { kind: 'heading', level: 2, text: say('minutes') },
      ...(minutes.trim() === ''
        ? [{ kind: 'text', text: say('noMinutes') } as const]
        : [
            { kind: 'quote', text: minutes } as const,
            { kind: 'text', text: say('writtenBy', { who: minutesBy ?? '' }) } as const,
          ]),
      { kind: 'heading', level: 2, text: say('proposals') },
      proposals.length === 0 ? { kind: 'text', text: say('nothing') } : { kind: 'list', items: proposals },
      { kind: 'heading', level: 2, text: say('conversion') },
      {
        kind: 'table',
        heads,
        rows: [rateRow(say('before'), conversion.before, words), rateRow(say('now'), conversion.now, words)],
      },
      { kind: 'heading', level: 2, text: say('drift') },
      { kind: 'text', text: say('driftHint') },
      ...drifted(say('events'), report.events, words),
      ...report.traits.flatMap(({ field, drift }) => drifted(say('field', { field }), drift, words)),
      ...drifted(report.score === null ? say('score') : say('scores', { score: report.score }), report.scores, words),
    ],
    foot: `${title} · ${day(report.to)}`,
    at: Date.parse(closedAt ?? report.to),
  };
}

function shareText(share: Rate['acceptance'], { say, percent }: Words): string {
  if (share === null) return '–';
  return say('range', { share: percent(share.share), low: percent(share.low), high: percent(share.high) });
}

const rateRow = (name: string, rate: Rate, words: Words): string[] => [
  name,
  words.count(rate.handed),
  words.count(rate.answered),
  shareText(rate.acceptance, words),
  shareText(rate.rejection, words),
  shareText(rate.winning, words),
];

function drifted(title: string, { index, level, parts }: ShownReport['events'], words: Words): Block[] {
  const { say, percent, count } = words;
  const said = say(`level.${level}`);
  const told = index === null ? said : say('levelOf', { level: said, index: count(index) });
  const heading = { kind: 'heading', level: 3, text: `${title}: ${told}` } as const;
  if (parts.length === 0) return [heading];
  const rows = parts.slice(0, SHOWN).map(({ name, before, now }) => [name, percent(before), percent(now)]);
  return [heading, { kind: 'table', heads: ['', say('before'), say('now')], rows }];
}

function proposalText(one: ShownReport['proposals'][number], words: Words): string {
  const { say, count } = words;
  switch (one.kind) {
    case 'lower':
    case 'raise': {
      const said = say(`propose.${one.kind}`, {
        rule: one.rule,
        answered: count(one.answered),
        with: shareText(one.with, words),
        without: shareText(one.without, words),
      });
      return one.reason === null ? said : `${said} ${say('mostly', { reason: say(`reject.${one.reason}`) })}`;
    }
    case 'remove':
      return say('propose.remove', { rule: one.rule });
    case 'merge':
      return say('propose.merge', {
        rules: one.rules.join(', '),
        both: count(one.both),
        either: count(one.either),
      });
  }
}
