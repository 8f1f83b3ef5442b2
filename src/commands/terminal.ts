/**
 * The terminal of this process: its clock, its two streams, and a bar for longer work. It decides when and how a bar is
 * drawn; it refuses to know what is done meanwhile.
 */

import type { Surroundings } from './surroundings.ts';

/** How often a bar is drawn, and how long work goes on before it is: shorter work is over before anybody could read it. */
const DRAWN_EVERY = 200;
const DRAWN_AFTER = 1000;

/** The surroundings of a command that somebody typed. */
export function terminal(): Surroundings {
  const bar = process.stderr.isTTY === true ? new Bar() : null;
  return {
    now: () => Date.now(),
    out: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    progress: (label, share) => bar?.show(label, share),
    width: process.stdout.columns ?? 140,
  };
}

/** One line on standard error that says how far the work is, or for how long it goes on where nobody knows how far. */
class Bar {
  #began = 0;
  #drawn = 0;
  #label = '';
  #share = 0;
  #timer: NodeJS.Timeout | undefined;

  show(label: string, share: number | null): void {
    if (share === null) {
      this.#end();
      return;
    }
    this.#began ||= performance.now();
    this.#timer ??= setInterval(() => this.#draw(), DRAWN_EVERY).unref();
    this.#label = label;
    this.#share = share;
    // Work that never waits gives the timer no chance.
    if (performance.now() - this.#drawn > DRAWN_EVERY) this.#draw();
  }

  #draw(): void {
    const now = performance.now();
    if (now - this.#began < DRAWN_AFTER) return;
    this.#drawn = now;
    const full = Math.round(this.#share * 30);
    const far = `${'█'.repeat(full)}${'░'.repeat(30 - full)} ${Math.round(this.#share * 100)} %`;
    const long = `${Math.round((now - this.#began) / 1000)} s`;
    process.stderr.write(`\r${this.#label} ${this.#share === 0 ? long : far}\x1b[K`);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#drawn > 0) process.stderr.write('\r\x1b[K');
    this.#began = 0;
    this.#drawn = 0;
  }
}
