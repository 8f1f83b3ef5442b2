/**
 * What contacts were at any time, by the plain meaning of the model of the made-up year: points added up by hand, stages
 * from them, and who had to be handed over at which look.
 */

import type { Entry, Year } from './log.ts';
import type { Recounted } from './recount.ts';

const DAY = 86_400_000;
const STAGES = ['lead', 'mql', 'sql'];
const UNDER_WAY = ['waiting', 'open', 'accepted', 'opportunity'];

interface Move {
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
  /** Caused by the second version, and not released yet. */
  readonly held: boolean;
}

/** Since when the second version serves, and whether the moves that it caused were released. */
interface Switched {
  readonly at: number;
  readonly released: boolean;
}

interface Held {
  readonly user: string;
  readonly source: string;
  readonly at: number;
  readonly kind: 'traits' | 'company' | 'event';
  readonly id: string;
  readonly name: string;
  readonly traits: Readonly<Record<string, string>>;
  readonly employees: number;
  voided: boolean;
}

export interface PlainContact {
  readonly id: string;
  held: Held[];
  /** Moves as of the last look. */
  moves: Move[];
  /** When it can be worth something else by itself, after the last look. */
  next: number;
  suppressed: boolean;
  switched: Switched;
}

const NOT_YET: Switched = { at: Infinity, released: false };

/** What a contact is worth at an instant. */
export interface Worth {
  readonly parts: Readonly<Record<string, number>>;
  readonly total: number | null;
  readonly stage: string | null;
  readonly band: string | null;
  readonly disqualified: boolean;
  readonly phone: boolean;
  readonly employees: number;
}

export const worthAt = (contact: PlainContact, at: number): Worth =>
  worthUnder(contact, at, at >= contact.switched.at ? 2 : 1);

function worthUnder({ held }: PlainContact, at: number, version: 1 | 2): Worth {
  const known = held.filter((one) => !one.voided && one.at <= at).toSorted((a, b) => a.at - b.at);
  const traits: Record<string, string> = Object.assign({}, ...known.map(({ traits: own }) => own));
  const employees = known.findLast(({ kind }) => kind === 'company')?.employees ?? 0;
  const did = (name: string): Held[] => known.filter((one) => one.kind === 'event' && one.name === name);
  const title = (traits.title ?? '').toLowerCase();
  const all: Record<string, number> = {
    decides: title.split(' ').includes('ceo') ? 30 : 0,
    large: employees >= 100 ? (version === 1 ? 20 : 15) : 0,
    demo: did('demo_asked').length > 0 ? 40 : 0,
    pages: Math.min(
      30,
      did('page_viewed').reduce((sum, view) => sum + pointsOfAge(dayOf(at) - dayOf(view.at)), 0),
    ),
    paper: did('content_downloaded').some((one) => one.at > at - 10 * DAY) ? (version === 1 ? 10 : 25) : 0,
  };
  const parts = Object.fromEntries(Object.entries(all).filter(([, points]) => points !== 0));
  const total = known.length === 0 ? null : Object.values(all).reduce((sum, points) => sum + points, 0);
  const disqualified = title === 'rival';
  const stage = total === null || disqualified ? null : total >= 90 ? 'sql' : total >= 50 ? 'mql' : 'lead';
  const band = total === null ? null : total >= 90 ? 'hot' : total >= 50 ? 'warm' : 'cold';
  return { parts, total, stage, band, disqualified, phone: traits.phone !== undefined, employees };
}

/** What a page that was viewed so many days ago gives. */
const pointsOfAge = (days: number): number => (days < 5 ? 5 : days < 12 ? 2.5 : 0);
const dayOf = (at: number): number => Math.floor(at / DAY);

/** Every instant at which a contact can become worth something else: what it did, and what that loses later. */
function instantsOf({ held }: PlainContact): number[] {
  const all = held
    .filter(({ voided }) => !voided)
    .flatMap(({ at, name }) =>
      name === 'page_viewed'
        ? [at, (dayOf(at) + 5) * DAY, (dayOf(at) + 12) * DAY]
        : name === 'content_downloaded'
          ? [at, at + 10 * DAY]
          : [at],
    );
  return [...new Set(all)].sort((a, b) => a - b);
}

function movesOf(contact: PlainContact, instants: readonly number[], now: number): Move[] {
  const { switched } = contact;
  const moves: Move[] = [];
  let stage: string | null = null;
  const come = (at: number, version: 1 | 2, held: boolean): void => {
    const { stage: next } = worthUnder(contact, at, version);
    if (next !== stage) moves.push({ at, from: stage, to: next, held });
    stage = next;
  };
  for (const at of instants) if (at <= switched.at) come(at, 1, false);
  if (switched.at <= now) come(switched.at, 2, !switched.released);
  for (const at of instants) if (at > switched.at) come(at, 2, false);
  return moves;
}

export interface Contacts {
  readonly all: ReadonlyMap<string, PlainContact>;
  readonly erased: ReadonlySet<string>;
  readonly erasedHandoffs: ReadonlySet<string>;
  /** What a contact was worth when its hand-off was entered, and by which source it was first heard of. */
  readonly evidence: ReadonlyMap<string, { readonly worth: Worth; readonly source: string }>;
}

/**
 * Goes through the log once more.
 * @param handoffs as they were counted; none where only contacts are wanted
 */
export function contactsThrough(
  { log, contactOf }: Pick<Year, 'log' | 'contactOf'>,
  handoffs: readonly Recounted[],
  find: (sentence: string) => void,
): Contacts {
  const all = new Map<string, PlainContact>();
  const whose = new Map<string, string>();
  const merges = new Map<string, { kept: string; gone: string; held: Held[]; users: string[]; handoffs: string[] }>();
  const owned = new Map<string, string[]>();
  const erased = new Set<string>();
  const erasedHandoffs = new Set<string>();
  const evidence = new Map<string, { worth: Worth; source: string }>();
  const byId = new Map(handoffs.map((one) => [one.told.id, one]));
  const changed = new Set<string>();
  let switched = NOT_YET;
  /** Users whose address is on the list of those who must not be handed on. */
  const listed = new Set<string>();
  /** The move that each hand-off rests on. */
  const foundationOf = new Map<string, Move>();
  const holder = (handoffId: string): string | undefined =>
    [...owned].find(([, list]) => list.includes(handoffId))?.[0];
  const idOf = (user: string): string => whose.get(user) ?? contactOf.get(user) ?? `of ${user}`;
  const stateAt = (one: Recounted, seq: number) => one.states.findLast((state) => state.seq <= seq);
  const nextReturn = new Map<string, number>();
  for (const one of handoffs) {
    const recycled = one.facts.find(({ kind }) => kind === 'recycled');
    if (recycled !== undefined) nextReturn.set(one.told.id, Number(recycled.details.until));
  }

  const erasedAt = new Map(
    log.flatMap((entry, seq) => (entry.kind === 'erase' ? [[entry.contactId, seq] as const] : [])),
  );
  // Of whoever was erased no hand-off is left to compare with.
  const erasedAfter = (id: string, seq: number): boolean => (erasedAt.get(id) ?? -1) > seq;

  for (const [seq, entry] of log.entries()) {
    switch (entry.kind) {
      case 'sent': {
        const id = idOf(entry.user);
        whose.set(entry.user, id);
        const contact = all.get(id) ?? {
          id,
          held: [],
          moves: [],
          next: Infinity,
          suppressed: false,
          switched: NOT_YET,
        };
        all.set(id, contact);
        contact.held.push(heldOf(entry));
        changed.add(id);
        break;
      }
      case 'void': {
        const contact = all.get(entry.contactId);
        for (const one of contact?.held ?? []) if (entry.events.includes(one.id)) one.voided = true;
        changed.add(entry.contactId);
        break;
      }
      case 'merge': {
        const [kept, gone] = [all.get(entry.kept), all.get(entry.gone)];
        if (kept === undefined || gone === undefined) break;
        const users = [...whose].filter(([, id]) => id === entry.gone).map(([user]) => user);
        merges.set(entry.mergeId, {
          kept: kept.id,
          gone: gone.id,
          held: gone.held,
          users,
          handoffs: owned.get(gone.id) ?? [],
        });
        for (const user of users) whose.set(user, kept.id);
        kept.held = [...kept.held, ...gone.held];
        owned.set(kept.id, [...(owned.get(kept.id) ?? []), ...(owned.get(gone.id) ?? [])]);
        owned.delete(gone.id);
        all.delete(gone.id);
        changed.delete(gone.id);
        changed.add(kept.id);
        break;
      }
      case 'unmerge': {
        const merge = merges.get(entry.mergeId);
        const kept = all.get(merge?.kept ?? '');
        if (merge === undefined || kept === undefined) break;
        for (const user of merge.users) whose.set(user, merge.gone);
        all.set(merge.gone, {
          id: merge.gone,
          held: merge.held,
          moves: [],
          next: Infinity,
          suppressed: false,
          switched: NOT_YET,
        });
        kept.held = kept.held.filter((one) => !merge.held.includes(one));
        owned.set(merge.gone, merge.handoffs);
        owned.set(
          kept.id,
          (owned.get(kept.id) ?? []).filter((id) => !merge.handoffs.includes(id)),
        );
        changed.add(kept.id).add(merge.gone);
        break;
      }
      case 'erase':
        for (const id of owned.get(entry.contactId) ?? []) erasedHandoffs.add(id);
        owned.delete(entry.contactId);
        all.delete(entry.contactId);
        changed.delete(entry.contactId);
        erased.add(entry.contactId);
        break;
      case 'suppress':
        listed.add(entry.user);
        break;
      case 'unsuppress':
        listed.delete(entry.user);
        break;
      case 'switch':
        switched = { at: entry.at, released: false };
        for (const id of all.keys()) changed.add(id);
        break;
      case 'release':
        switched = { ...switched, released: true };
        for (const id of all.keys()) changed.add(id);
        break;
      case 'look': {
        for (const contact of all.values()) {
          if (contact.next <= entry.now) changed.add(contact.id);
          contact.suppressed = false;
          contact.switched = switched;
        }
        for (const user of listed) {
          const contact = all.get(idOf(user));
          if (contact !== undefined) contact.suppressed = true;
        }
        const due = new Set<string>();
        const freshOf = new Map<string, Move>();
        const returning = new Set<string>();
        for (const [handoffId, at] of nextReturn) {
          const one = byId.get(handoffId);
          if (at > entry.now || one === undefined || stateAt(one, seq)?.state !== 'recycled') continue;
          nextReturn.delete(handoffId);
          const id = holder(handoffId);
          if (id !== undefined) returning.add(id);
        }
        for (const id of new Set([...changed, ...returning])) {
          const contact = all.get(id);
          if (contact === undefined) continue;
          const before = contact.moves;
          const instants = instantsOf(contact);
          contact.moves = movesOf(
            contact,
            instants.filter((at) => at <= entry.now),
            entry.now,
          );
          contact.next = instants.find((at) => at > entry.now) ?? Infinity;
          const fresh = contact.moves.findLast(
            (move) =>
              !move.held &&
              placeOf(move.to) > placeOf(move.from) &&
              !before.some((old) => !old.held && old.at === move.at && old.from === move.from && old.to === move.to),
          );
          if (fresh !== undefined) freshOf.set(id, fresh);
          const worth = worthAt(contact, entry.now);
          const own = (owned.get(id) ?? []).flatMap((one) => byId.get(one) ?? []);
          // Where the move that one rested on did not happen and nobody acted yet, it rests on the latest one.
          for (const one of own) {
            const founding = foundationOf.get(one.told.id);
            const latest = contact.moves.at(-1);
            const acted = one.facts.some(
              (fact) => fact.seq < seq && fact.by !== 'scoreline' && fact.kind !== 'assigned',
            );
            if (acted || latest === undefined || !['waiting', 'open'].includes(stateAt(one, seq)?.state ?? ''))
              continue;
            if (!contact.moves.some((move) => move.at === founding?.at && move.to === founding.to))
              foundationOf.set(one.told.id, latest);
          }
          const busy = own.some((one) => UNDER_WAY.includes(stateAt(one, seq)?.state ?? ''));
          if (busy || contact.suppressed || worth.stage === null || worth.stage === 'lead') continue;
          // Sales answered for this stage, or one beyond it, after it was entered.
          const asked = own.some((one) => {
            const state = stateAt(one, seq);
            const founding = foundationOf.get(one.told.id);
            if (fresh === undefined || state === undefined || founding === undefined || state.state === 'withdrawn')
              return false;
            return fresh.at <= state.at && placeOf(fresh.to) <= placeOf(founding.to);
          });
          if ((fresh !== undefined && !asked) || returning.has(id)) due.add(id);
        }
        for (const { handoffId, contactId: number } of entry.fresh) {
          const contact = all.get(number);
          if (contact === undefined) {
            find(`hand-off ${handoffId} is of nobody (contact ${number})`);
            continue;
          }
          owned.set(contact.id, [...(owned.get(contact.id) ?? []), handoffId]);
          const worth = worthAt(contact, entry.now);
          const first = contact.held
            .filter(({ voided, kind, at }) => at <= entry.now && (!voided || kind !== 'event'))
            .toSorted((a, b) => a.at - b.at)[0];
          evidence.set(handoffId, { worth, source: first?.source ?? '' });
          const latest = freshOf.get(contact.id) ?? contact.moves.at(-1);
          if (latest !== undefined) foundationOf.set(handoffId, latest);
          if (handoffs.length > 0 && byId.has(handoffId) && !due.delete(contact.id))
            find(
              `hand-off ${handoffId} of ${contact.id} was begun for nothing at ${new Date(entry.now).toISOString()}`,
            );
          due.delete(contact.id);
        }
        if (handoffs.length > 0)
          for (const id of due)
            if (!erasedAfter(id, seq))
              find(`contact ${id} was to be handed over at ${new Date(entry.now).toISOString()} and was not`);
        changed.clear();
        break;
      }
    }
  }
  return { all, erased, erasedHandoffs, evidence };
}

const heldOf = ({ user, source, at, what }: Extract<Entry, { kind: 'sent' }>): Held => ({
  user,
  source,
  at,
  kind: what.kind,
  id: what.kind === 'event' ? what.id : '',
  name: what.kind === 'event' ? what.name : '',
  traits: what.kind === 'traits' ? what.traits : {},
  employees: what.kind === 'company' ? what.employees : 0,
  voided: false,
});

export const placeOf = (stage: string | null): number => STAGES.indexOf(stage ?? '');
