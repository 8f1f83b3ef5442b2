/**
 * Chance from a seed: the same seed gives the same draws everywhere. It decides how counts are drawn; it refuses to know
 * what is counted.
 */

/** Draws a number from 0 up to, not with, 1. */
export type Chance = () => number;

/** Mulberry32 (T. Ettinger): 32 bits of state, enough for a few million draws that nobody may guess from. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A standard normal, by Box and Muller (1958). */
function drawNormal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** A gamma of scale 1, by Marsaglia and Tsang (2000). @param shape above 0 */
function drawGamma(shape: number, chance: Chance): number {
  if (shape < 1) return drawGamma(shape + 1, chance) * (1 - chance()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = drawNormal(chance);
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - chance()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Above this mean a Poisson is drawn as a rounded normal: nobody sees the difference in a forecast. */
const MANY = 50;

function drawPoisson(mean: number, chance: Chance): number {
  if (mean > MANY) return Math.max(0, Math.round(mean + Math.sqrt(mean) * drawNormal(chance)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = 1 - chance(); product > limit; product *= 1 - chance()) count++;
  return count;
}

/**
 * A count whose variance is `dispersion` times its mean: a negative binomial (type 1 of Cameron and Trivedi, 1986) as a
 * Poisson whose mean is a gamma; a Poisson where the dispersion is 1.
 */
export function drawCount(mean: number, dispersion: number, chance: Chance): number {
  if (mean <= 0) return 0;
  const extra = dispersion - 1;
  return drawPoisson(extra < 1e-6 ? mean : drawGamma(mean / extra, chance) * extra, chance);
}
