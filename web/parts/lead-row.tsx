/** One lead in the table, and as a card. Plain elements: hundreds go by in a second. */

import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Lead } from '../answers.ts';
import { useFormat } from '../format.ts';
import { nameOf, shownValue } from '../lead.model.ts';
import { type Column, keyOf } from '../leads.model.ts';

interface RowOf {
  /** Undefined until it was fetched. */
  readonly lead: Lead | undefined;
  readonly columns: readonly Column[];
}

export const LeadRow = memo(function LeadRow({ lead, index, columns }: RowOf & { readonly index: number }) {
  // The head is the first row.
  const place = index + 2;
  if (lead === undefined)
    return (
      <tr aria-rowindex={place}>
        <td colSpan={columns.length + 1}>
          <span className="waiting" />
        </td>
      </tr>
    );
  const name = nameOf(lead);
  return (
    <tr aria-rowindex={place}>
      <td>
        <Link to="/leads/$id" params={{ id: lead.id }} preload={false}>
          {name}
        </Link>
        {lead.email !== null && lead.email !== name && <span className="quiet">{lead.email}</span>}
      </td>
      {columns.map((column) => (
        <td key={keyOf(column)} className={column.kind === 'score' ? 'number' : undefined}>
          <Cell lead={lead} column={column} />
        </td>
      ))}
    </tr>
  );
});

function Cell({ lead, column }: { lead: Lead; column: Column }) {
  const format = useFormat();
  switch (column.kind) {
    case 'company':
      return lead.companyName;
    case 'title':
      return textOf(lead.traits.title);
    case 'email':
      return lead.email;
    case 'stage':
      return <Stage lead={lead} />;
    case 'stageSince':
    case 'createdAt':
    case 'nextChangeAt': {
      const at = lead[column.kind];
      return at === null ? null : format.day(at);
    }
    case 'score':
      return <Points lead={lead} name={column.name} />;
    case 'trait':
      return textOf(lead.traits[column.name]);
  }
}

const textOf = (value: unknown): string => (value === undefined ? '' : shownValue(value));

function Stage({ lead }: { lead: Lead }) {
  const text = lead.disqualified ?? lead.stage;
  return text === null ? null : <span className="stage">{text}</span>;
}

function Points({ lead, name }: { lead: Lead; name: string }) {
  const format = useFormat();
  const value = lead.scores[name];
  if (value === undefined || value === null) return '–';
  const word = lead.grades[name] ?? lead.bands[name];
  return (
    <>
      {word != null && <span className="word">{word} </span>}
      <strong>{typeof value === 'number' ? format.points(value) : value}</strong>
    </>
  );
}

/** @param start pixels from the top of the list */
export const LeadCard = memo(function LeadCard({ lead, start, columns }: RowOf & { readonly start: number }) {
  const style = { transform: `translateY(${start}px)` };
  if (lead === undefined)
    return (
      <li style={style}>
        <span className="waiting" />
      </li>
    );
  const what = [lead.traits.title, lead.companyName].filter((part) => typeof part === 'string').join(' · ');
  const scores = columns.flatMap((column) => (column.kind === 'score' ? [column.name] : []));
  return (
    <li style={style}>
      <div className="line">
        <Link to="/leads/$id" params={{ id: lead.id }} preload={false}>
          {nameOf(lead)}
        </Link>
        <Stage lead={lead} />
      </div>
      <span className="quiet">{what || lead.email}</span>
      <div className="line">
        <span>
          {scores.slice(0, 3).map((name) => (
            <span key={name} className="card-score">
              <span className="word">{name}</span> <Points lead={lead} name={name} />
            </span>
          ))}
        </span>
      </div>
    </li>
  );
});
