/** What a command has of the world: a clock and a place to print. It decides nothing; tests pass their own. */

export interface Surroundings {
  now(): number;
  out(text: string): void;
  /** Warnings, summaries and progress: what must not mix with results. */
  note(text: string): void;
  /** Shows how far a longer work is, 0 to 1, where somebody watches; null when it ends. */
  progress(label: string, share: number | null): void;
  /** Characters in a line. */
  readonly width: number;
}
