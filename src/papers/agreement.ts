/** An agreement as a paper: what it says, part by part, who signed it, and the hash of the text that was signed. */

import type { z } from 'zod';
import type { Language } from '../core/phrases/languages.ts';
import { DAY } from '../core/time.ts';
import type { wholeVersion } from '../routes/agreements.ts';
import type { Block, Paper } from './paper.ts';
import { type Words, wordsIn } from './words.ts';

type Version = z.output<typeof wholeVersion>;
type Terms = Version['terms'];

/** @param now when it is written, in milliseconds UTC */
export function agreementPaper(version: Version, language: Language, now: number): Paper {
  const words = wordsIn(language);
  const { say, day } = words;
  const { terms, name, signatures, hash } = version;
  const of = say('versionOf', { name, version: version.version });
  const { inForceFrom: from, inForceUntil: until } = version;
  const standing =
    from === null
      ? say('proposedBy', { who: version.proposedBy, at: day(version.proposedAt) })
      : until === null
        ? say('inForceSince', { at: day(from) })
        : say('wasInForce', { from: day(from), until: day(until) });
  const signed = (['marketing', 'sales'] as const).map((team) => {
    const one = signatures.find((signature) => signature.team === team);
    const text = one === undefined ? say('notSigned') : say('signedBy', { who: one.by, at: day(one.at) });
    return [say(`team.${team}`), text] as const;
  });
  return {
    language,
    title: terms.title,
    under: [`${of} · ${standing}`],
    blocks: [
      ...partsOf(terms, words),
      { kind: 'heading', level: 2, text: say('signatures') },
      { kind: 'rows', rows: signed },
      { kind: 'text', text: `${say('hash', { hash })}` },
    ],
    foot: of,
    at: now,
  };
}

function partsOf({ marketing, sales, ...terms }: Terms, words: Words): Block[] {
  const { say, count, day } = words;
  const rows = (list: readonly (readonly [string, string | null])[]): Block => ({
    kind: 'rows',
    rows: list.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const])),
  });
  const spanOf = (span: Terms['sales']['within']): string | null => {
    if (span === null) return null;
    return span.unit === 'day'
      ? say('workingDays', { count: span.count })
      : say('workingTime', { span: words.span(span.count * 60_000) });
  };
  const part = (name: string, ...blocks: readonly Block[]): Block[] => {
    const told = blocks.filter((block) => block.kind !== 'rows' || block.rows.length > 0);
    return told.length === 0 ? [] : [{ kind: 'heading', level: 2, text: say(`part.${name}`) }, ...told];
  };
  const touches = sales.touches?.least.map(({ touch, count: n }) => `${say(`touch.${touch}`)} × ${count(n)}`);
  return [
    ...part(
      'definition',
      { kind: 'text', text: say('stageMakes', { stage: terms.stage, model: terms.model }) },
      rows([
        [say('f.definition.require'), terms.require.length === 0 ? null : terms.require.join(', ')],
        ...Object.entries(terms.qualifiers).map(([name, text]) => [say(`qualifier.${name}`), text] as const),
      ]),
    ),
    ...part(
      'situation',
      rows(Object.entries(terms.situation).map(([name, field]) => [say(`situation.${name}`), field])),
    ),
    ...part(
      'marketing',
      { kind: 'text', text: say('complete') },
      rows([
        [say('f.marketing.deliver'), spanOf(marketing.deliver)],
        [
          say('f.marketing.number.count'),
          marketing.number && `${count(marketing.number.count)} · ${say(`per.${marketing.number.per}`)}`,
        ],
      ]),
    ),
    ...part(
      'sales',
      rows([
        [say('f.sales.firstContact.within'), spanOf(sales.within)],
        [say('f.sales.firstContact.never'), spanOf(sales.never)],
        [say('f.sales.answer'), spanOf(sales.answer)],
        [
          say('touches'),
          touches === undefined ? null : `${touches.join(', ')} · ${words.span((sales.touches?.days ?? 0) * DAY)}`,
        ],
        [say('f.sales.remind'), spanOf(sales.remind)],
        [say('f.sales.escalate'), spanOf(sales.escalate)],
        [say('f.sales.reassign'), spanOf(sales.reassign)],
      ]),
    ),
    ...part('responsibilities', rows(terms.responsibilities.map(({ stage, team }) => [stage, say(`team.${team}`)]))),
    ...part(
      'review',
      rows([
        [say('f.review.next'), terms.review && day(terms.review.next)],
        [say('f.review.everyMonths'), terms.review && count(terms.review.everyMonths)],
      ]),
    ),
  ];
}
