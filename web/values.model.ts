/**
 * What a document says, as plain values. It decides what is the same, and how a part is found and changed; it refuses to
 * know texts and models.
 */

export type Path = readonly (string | number)[];
export type Values = Readonly<Record<string, unknown>>;

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two values are the same, the order of keys aside. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isValues(a) || !isValues(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** A value with the part at a path changed; undefined takes it away. Objects on the way come to be where they are not. */
export function put(whole: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(whole)) {
    const index = Number(step);
    if (value === undefined && rest.length === 0) return whole.filter((_, i) => i !== index);
    return index < whole.length
      ? whole.map((item, i) => (i === index ? put(item, rest, value) : item))
      : [...whole, put(undefined, rest, value)];
  }
  const own = isValues(whole) ? whole : {};
  if (value === undefined && rest.length === 0)
    return Object.fromEntries(Object.entries(own).filter(([key]) => key !== String(step)));
  return { ...own, [step]: put(own[step], rest, value) };
}

/** The part of a value at a path, or undefined. */
export const at = (whole: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, step) =>
      Array.isArray(inner)
        ? inner[Number(step)]
        : isValues(inner) && Object.hasOwn(inner, step)
          ? inner[step]
          : undefined,
    whole,
  );

/**
 * What says the same as `after`, made of the very parts of `before` wherever they say the same: who looks at a part by
 * what it is sees at once that nothing changed.
 */
export function shared<Value>(before: Value, after: Value): Value;
export function shared(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    const items = after.map((item, i) => (i < before.length ? shared(before[i], item) : item));
    return items.length === before.length && items.every((item, i) => item === before[i]) ? before : items;
  }
  if (!isValues(before) || !isValues(after)) return after;
  const keys = Object.keys(before);
  const pairs = Object.entries(after).map(
    ([key, value]) => [key, Object.hasOwn(before, key) ? shared(before[key], value) : value] as const,
  );
  // Another order of the same is another thing to see: TanStack's `replaceEqualDeep` takes it for the same.
  const isSame =
    pairs.length === keys.length && pairs.every(([key, value], i) => key === keys[i] && value === before[key]);
  return isSame ? before : Object.fromEntries(pairs);
}
