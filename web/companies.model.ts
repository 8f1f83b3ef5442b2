/** What is shown of a company, worked out of what the service says of it. Plain functions; no page, no clock. */

import type { Account, AccountRow } from './figures.ts';

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

type Named = Pick<AccountRow, 'id' | 'key' | 'domain' | 'domains' | 'traits'>;

/** What people call it: its name, else its domain, else what a source calls it. */
export const companyName = ({ id, key, domain, traits }: Named): string =>
  textOf(traits.name) || domain || key || `#${id}`;

/** What it is in a line: domain, industry, country, without what is the name already. */
export function factsOf(company: Named): string {
  const { domains, traits } = company;
  const parts = [
    ...(domains.length > 0 ? domains : [textOf(traits.domain)]),
    textOf(traits.industry),
    textOf(traits.country),
  ];
  return [...new Set(parts)].filter((part) => part !== '' && part !== companyName(company)).join(' · ');
}

/** One instant of a chart: a score keeps its value until the next one. */
export type Point = { readonly at: number } & Readonly<Record<string, number | null>>;

/** The numbers of scores over time, the earliest first, up to the instant for which the latest hold. */
export function courseOf({ history, asOf }: Pick<Account, 'history' | 'asOf'>, names: readonly string[]): Point[] {
  const points = history
    .map(({ at, scores }): Point => {
      const told = names.map((name) => [name, typeof scores[name] === 'number' ? scores[name] : null] as const);
      return { ...Object.fromEntries(told), at: Date.parse(at) };
    })
    .reverse();
  const last = points.at(-1);
  const until = asOf === null ? 0 : Date.parse(asOf);
  return last === undefined || until <= last.at ? points : [...points, { ...last, at: until }];
}

/** How the service is asked for an order, as addresses of the page name it: `name`, `contacts`, or `score:` and a name. */
export const orderOf = (sort: string) =>
  sort.startsWith('score:')
    ? { by: 'score', score: sort.slice('score:'.length) }
    : { by: sort === 'contacts' ? 'contacts' : 'name' };
