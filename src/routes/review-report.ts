/**
 * A review as one HTML page that needs nothing else: to be kept, sent and printed. Printing it is how it becomes a PDF:
 * the page brings its own rules for paper. It decides how the report reads; it refuses to know where it comes from.
 */

import type { z } from 'zod';
import type { rateShape } from './feedback.ts';
import type { ShownReport, wholeReview } from './review.ts';

type Review = z.output<typeof wholeReview>;
type Drift = ShownReport['events'];
type Rate = z.output<typeof rateShape>;
type Share = Rate['acceptance'];

const safe = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const day = (instant: string): string => instant.slice(0, 10);
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const shareText = (share: Share): string =>
  share === null ? '–' : `${percent(share.share)} (${percent(share.low)} to ${percent(share.high)})`;

const LEVELS: Readonly<Record<Drift['level'], string>> = {
  unknown: 'nothing to compare with',
  calm: 'calm',
  watch: 'to be watched',
  moved: 'moved',
};

/** Most rows of what moved. */
const SHOWN = 10;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th scope="col">${safe(head)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`;

const list = (items: readonly string[]): string =>
  items.length === 0 ? '<p>None.</p>' : `<ul>${items.map((item) => `<li>${safe(item)}</li>`).join('')}</ul>`;

const driftPart = (title: string, { index, level, parts }: Drift): string =>
  `<h3>${safe(title)}: ${LEVELS[level]}${index === null ? '' : ` (${index.toFixed(3)})`}</h3>${
    parts.length === 0
      ? ''
      : table(
          ['', 'Before', 'Now'],
          parts.slice(0, SHOWN).map(({ name, before, now }) => [name, percent(before), percent(now)]),
        )
  }`;

function proposalText(proposal: ShownReport['proposals'][number]): string {
  switch (proposal.kind) {
    case 'lower':
      return `Fewer points for ${proposal.rule}: of ${proposal.answered} answered, ${shareText(proposal.with)} were sent back${proposal.reason === null ? '' : `, mostly ${proposal.reason}`}; of all others ${shareText(proposal.without)}.`;
    case 'raise':
      return `More points for ${proposal.rule}: of ${proposal.answered} answered, ${shareText(proposal.with)} were accepted; of all others ${shareText(proposal.without)}.`;
    case 'remove':
      return `Remove or mend ${proposal.rule}: it gives points to nobody.`;
    case 'merge':
      return `Merge ${proposal.rules.join(' and ')}: of ${proposal.either} contacts that get points from either, ${proposal.both} get them from both.`;
  }
}

const rateRow = (name: string, rate: Rate): string[] => [
  name,
  String(rate.handed),
  String(rate.answered),
  shareText(rate.acceptance),
  shareText(rate.rejection),
  shareText(rate.winning),
];

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1d21; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem; margin-bottom: .25rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: start; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ccd2d8; overflow-wrap: anywhere }
.minutes { white-space: pre-wrap; border-inline-start: 3px solid #0b7285; padding-inline-start: 1rem }
@media print {
  @page { margin: 18mm }
  body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt }
  h2, h3 { break-after: avoid } tr, li { break-inside: avoid } thead { display: table-header-group }
}`;

/** The whole page. Instants are told by their day, UTC. */
export function reviewPage({ agreement, report, minutes, minutesBy, openedBy, closedAt, closedBy }: Review): string {
  const { conversion } = report;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Review of ${safe(agreement)}, ${day(report.to)}</title><style>${STYLE}</style></head><body>
<h1>Review of ${safe(agreement)}</h1>
<p>${day(report.from)} to ${day(report.to)}, compared with the time from ${day(report.before)} on. Model ${safe(report.model)} ${report.version}.
Opened by ${safe(openedBy)}; ${closedAt === null ? 'still open' : `closed on ${day(closedAt)} by ${safe(closedBy ?? '')}`}.</p>
<h2>Minutes</h2>
${minutes.trim() === '' ? '<p>None were written.</p>' : `<p class="minutes">${safe(minutes)}</p><p>Written by ${safe(minutesBy ?? '')}.</p>`}
<h2>Proposals</h2>
${list(report.proposals.map(proposalText))}
<h2>Conversion</h2>
${table(['', 'Handed over', 'Answered', 'Accepted', 'Sent back', 'Won of closed'], [rateRow('Before', conversion.before), rateRow('Now', conversion.now)])}
<h2>Drift</h2>
<p>Population stability index: from 0.1 on to be watched, from 0.25 on moved; calm where chance alone explains it.</p>
${driftPart('Events', report.events)}
${report.traits.map(({ field, drift }) => driftPart(`Field ${field}`, drift)).join('\n')}
${driftPart(report.score === null ? 'Scores' : `Score ${report.score}, by tenths of its range`, report.scores)}
<h2>Rules that give points to nobody</h2>
${list(report.dead)}
<h2>Rules that repeat each other</h2>
${list(report.repeats.map(({ rules, both, either }) => `${rules.join(' and ')}: both for ${both} of ${either} contacts`))}
</body></html>
`;
}
