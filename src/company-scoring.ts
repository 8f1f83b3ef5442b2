/**
 * Companies scored anew after contacts of theirs were: from the scores of the contacts as they are stored, as of now. It
 * decides which companies and what is read of their contacts; how scores are rolled up is the core's.
 */

import { nextOfCompany } from './core/company-next.ts';
import { parts } from './core/condition.ts';
import { explainFromMembers, type Member, readsCompanyScores } from './core/explain.ts';
import { contactIn } from './core/path.ts';
import { profile } from './core/profile.ts';
import { type Contact, type Model, rulesOf } from './core/words.ts';
import {
  claimCompanies,
  readCompanyTraits,
  readMembers,
  type StoredMember,
  writeCompanies,
} from './store/company-scores.ts';
import type { Db } from './store/db.ts';
import { readPlain } from './store/histories.ts';
import type { Spoken } from './walks.ts';

/** Scores companies that have to be. @returns how many there were */
export async function scoreCompanies(tx: Db, versions: readonly Spoken[], now: number, most: number): Promise<number> {
  const present = versions.filter(({ state }) => state !== 'retired').map(({ id }) => id);
  const claims = await claimCompanies(tx, present, now, most);
  for (const version of versions) {
    const companies = claims.filter(({ model }) => model === version.id).map(({ company }) => company);
    if (companies.length === 0 || version.state === 'retired') continue;
    const { model } = version;
    const traits = await readCompanyTraits(tx, companies);
    const members = await withContacts(tx, model, await readMembers(tx, version, companies), now);
    const ofCompany = Map.groupBy(members, (member) => member.company);
    const written = [...traits].map(([id, values]) => {
      const own = ofCompany.get(id) ?? [];
      const company = { id: String(id), traits: values };
      const { scores, reasons } = explainFromMembers(model, company, own, now);
      const given = reasons.filter(({ points }) => points !== 0).map(({ rule, points }) => [rule, points] as const);
      const nextChangeAt = nextOfCompany(model, company, own, now);
      return { company: id, scores, parts: Object.fromEntries(given), nextChangeAt };
    });
    await writeCompanies(tx, version, written, now, readsCompanyScores(model));
  }
  return claims.length;
}

/** The contacts behind stored scores, as far as company rules ask for more than scores. */
async function withContacts(
  tx: Db,
  model: Model,
  stored: readonly StoredMember[],
  now: number,
): Promise<(Member & { readonly company: number })[]> {
  if (!asksForContacts(model)) {
    return stored.map(({ id, company, scores }) => ({ company, scores, contact: nobody(id) }));
  }
  const lives = await readPlain(
    tx,
    stored.map(({ id }) => id),
  );
  const contacts = new Map(
    lives.flatMap((life) => {
      const contact = contactIn(life, now);
      return contact === null ? [] : [[contact.id, profile(contact, now)] as const];
    }),
  );
  return stored.map(({ id, company, scores }) => {
    return { company, scores, contact: contacts.get(String(id)) ?? nobody(id) };
  });
}

/** Whether company rules ask for more of contacts than their scores. */
export const asksForContacts = (model: Model): boolean =>
  rulesOf(model.companyScores).some(
    (rule) =>
      rule.kind === 'contacts' && [...parts(rule.contacts)].some(({ kind }) => kind === 'test' || kind === 'event'),
  );

const nobody = (id: number): Contact => ({
  id: String(id),
  email: null,
  createdAt: null,
  companyId: null,
  traits: new Map(),
  hasTraits: false,
  company: null,
  events: [],
});
