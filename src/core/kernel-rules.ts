/**
 * How rules run over the events of a contact: the function that holds them all. It decides in which order events are
 * looked at; it refuses to know what a rule makes of one.
 */

import type { Writer } from './kernel-code.ts';
import { codeRule } from './rules.ts';
import type { Rule } from './words.ts';

/** Events of the same names, null for all of them, and what rules do at each. */
interface Stretch {
  readonly names: readonly string[] | null;
  readonly bodies: string[];
}

/**
 * Code of rules that writes, for each contact, `points`, the instant in `soon` before which they cannot change, and
 * whether they do then. A contact's events are first threaded by name, so that rules run over the events of their own
 * name alone: choosing anew at each event what to do is what a processor guesses wrong.
 * @param places of the rules in what is written, from the offset on; one after another unless given
 */
export function rulesSource(
  rules: readonly Rule[],
  writer: Writer,
  places: readonly number[] = rules.map((_, i) => i),
): string {
  const stretches = new Map<string, Stretch>();
  const pieces = rules.map((rule, i) => {
    const piece = codeRule(rule, writer);
    const keys = piece.events.map(({ names, body }) => {
      const key = JSON.stringify(names);
      const stretch = stretches.get(key) ?? { names, bodies: [] };
      stretches.set(key, stretch);
      stretch.bodies.push(`{ ${body} }`);
      return key;
    });
    const at = `[o + ${places[i] ?? i}]`;
    const soon = writer.soon ? ` soon${at} = q; certain${at} = sure;` : '';
    const conclude = `{ let p = 0, q = Infinity, sure = 0; ${piece.finish} points${at} = p;${soon} }`;
    return { ...piece, keys, conclude };
  });
  const order = [...stretches.keys()];
  const single = [...stretches.values()].flatMap(({ names }) => (names?.length === 1 ? names : []));

  const thread = `
    ${[0, ...single].map((_, i) => `heads[${i}] = -1;`).join(' ')}
    for (let e = end - 1; e >= begin; e--) {
      const s = ${writer.slot({ kind: 'cases', names: single })}[names[e]];
      later[e - begin] = heads[s];
      heads[s] = e;
    }`;
  const loop = ({ names, bodies }: Stretch): string => {
    const body = lookedUpOnce(bodies.join('\n'));
    if (names?.length === 1) {
      const head = `heads[${single.indexOf(names[0] ?? '') + 1}]`;
      return `for (let e = ${head}; e !== -1; e = later[e - begin]) { const t = at[e]; ${body} }`;
    }
    const chosen = names === null ? '' : `if (${writer.slot({ kind: 'names', names })}[names[e]] === 1)`;
    return `for (let e = begin; e < end; e++) ${chosen} { const t = at[e]; ${body} }`;
  };
  // The variables of a rule live from its first stretch to its last: the fewer at a time, the more stay in registers.
  const run = [...stretches].map(([key, stretch], i) => {
    const begun = pieces.filter(({ keys }) => keys.includes(key) && !keys.some((other) => order.indexOf(other) < i));
    const done = pieces.filter(({ keys }) => keys.includes(key) && !keys.some((other) => order.indexOf(other) > i));
    return [...begun.map(({ declare }) => declare), loop(stretch), ...done.map(({ conclude }) => conclude)].join('\n');
  });
  const without = pieces.filter(({ keys }) => keys.length === 0);
  return `
    const later = new Int32Array(longest), heads = new Int32Array(${single.length + 1});
    ${pieces.map(({ setup }) => setup).join('\n')}
    let stamp = 0;
    return (first, last, now, until, points, soon, certain, width, offset) => {
      const today = Math.floor(now / 86400000), tomorrow = (today + 1) * 86400000;
      for (let c = first, j = 0; c < last; c++, j++) {
        stamp++;
        const begin = starts[c], k = company[c], o = j * width + offset;
        let end = starts[c + 1];
        while (end > begin && at[end - 1] > until) end--;
        ${single.length === 0 ? '' : thread}
        ${without.map(({ declare, conclude }) => `${declare}\n${conclude}`).join('\n')}
        ${run.join('\n')}
      }
    };`;
}

/** Reads an event's cell, and what is known of its value, once where several rules look at it. */
function lookedUpOnce(code: string): string {
  let result = code;
  let head = '';
  for (const lookUp of [/\ba\d+\[e\]/g, /\ba\d+\[x\d+\]/g]) {
    const found = [...result.matchAll(lookUp)].map(([text]) => text);
    const often = [...new Set(found)].filter((text) => found.indexOf(text) !== found.lastIndexOf(text));
    for (const text of often) {
      const name = `${lookUp.source.includes('x') ? 'y' : 'x'}${/\d+/.exec(text)?.[0]}`;
      head += `const ${name} = ${text}; `;
      result = result.replaceAll(text, name);
    }
  }
  return head + result;
}
