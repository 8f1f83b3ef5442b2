/** What was sent in a made-up year and what passed, in order: all that a recount knows. */

export type SellerBody = {
  readonly zone: string;
  readonly week: readonly (readonly (readonly [number, number])[])[];
  readonly holidays: string | null;
  readonly capacity: number | null;
  readonly weight: number;
  readonly territory: object | null;
  readonly active: boolean;
};

/** A hand-off that a look began, and whose it was then. */
export interface Fresh {
  readonly handoffId: string;
  readonly contactId: string;
}

/** One thing that was sent and was taken, or that passed. */
export type Entry =
  | { readonly kind: 'look'; readonly now: number; readonly twice: boolean; readonly fresh: readonly Fresh[] }
  | { readonly kind: 'holidays'; readonly calendar: string; readonly days: readonly string[] }
  | { readonly kind: 'seller'; readonly email: string; readonly body: SellerBody }
  | { readonly kind: 'absence'; readonly email: string; readonly first: string; readonly last: string }
  | { readonly kind: 'sent'; readonly user: string; readonly source: string; readonly at: number; readonly what: Sent }
  | { readonly kind: 'void'; readonly contactId: string; readonly events: readonly string[] }
  | { readonly kind: 'merge'; readonly mergeId: string; readonly kept: string; readonly gone: string }
  | { readonly kind: 'unmerge'; readonly mergeId: string }
  | { readonly kind: 'erase'; readonly contactId: string }
  | { readonly kind: 'suppress' | 'unsuppress'; readonly user: string }
  /** From that instant on the second version of the model serves; the moves that this causes are held until `release`. */
  | { readonly kind: 'switch'; readonly at: number }
  | { readonly kind: 'release' }
  | {
      readonly kind: 'said';
      readonly now: number;
      readonly handoffId: string;
      readonly at: number;
      readonly fact: Said;
    };

export type Sent =
  | { readonly kind: 'traits'; readonly traits: Readonly<Record<string, string>> }
  | { readonly kind: 'company'; readonly key: string; readonly employees: number }
  | { readonly kind: 'event'; readonly id: string; readonly name: string };

export type Said = { readonly kind: string } & Readonly<Record<string, unknown>>;

export interface Year {
  readonly log: readonly Entry[];
  /** The contact of each user, as the service numbered it. */
  readonly contactOf: ReadonlyMap<string, string>;
  readonly end: number;
  /** How often something was refused that could not follow any more. */
  readonly refused: number;
  readonly calls: number;
}
