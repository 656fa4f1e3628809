/** Words that are looked for, and how a text holds them. */

import { folded } from "../data/texts";

/** How a text holds a phrase: not at all, where words begin, as whole words, or it is nothing else. */
export enum Fit {
  None,
  Start,
  Whole,
  Exact,
}

/** Something that must be in what is found. */
export interface Term {
  /** The forms it may have, each as {@link spaced}. */
  readonly forms: readonly string[];
  /** What all of them begin with. */
  readonly stem: string;
  /** Whether words that begin so count as well. */
  readonly open: boolean;
}

const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"];
/** A letter of a script that does not part words. */
const ALONE = `(?=[\\p{L}\\p{N}])[${UNSPACED.map((script) => `\\p{scx=${script}}`).join("")}]`;
/** A word: letters with their marks, or digits, or a symbol. */
const WORD = new RegExp(`${ALONE}\\p{M}*|(?:(?!${ALONE})[\\p{L}\\p{M}])+|(?:(?!${ALONE})\\p{N})+|\\p{S}\\p{M}*`, "gu");
/** The same in ASCII, many times faster. */
const PLAIN_WORD = /[a-z]+|[0-9]+|[$+<=>^`|~]/g;
const PLAIN = /^[\x00-\x7f]*$/;
const QUOTED = /["“”„«»]([^"“”„«»]*)["“”„«»]|(\S+)/gu;
const SHORT = 3;

/** A text in words with a space around each, folded; letters of scripts without spaces are words. */
export function spaced(text: string): string {
  const compared = folded(text);
  const words = compared.match(PLAIN.test(compared) ? PLAIN_WORD : WORD) ?? [];
  return ` ${words.join(" ")} `;
}

/** What a query asks for: all of it must be found. Words in quotes belong together. */
export function terms(query: string): Term[] {
  return [...query.matchAll(QUOTED)].flatMap(([, quoted, word]) => {
    const words = spaced(quoted ?? word ?? "");
    if (words.trim() === "") return [];
    const all = quoted === undefined ? forms(words) : [words];
    const stem = all.reduce((short, form) => (form.length < short.length ? form : short)).slice(0, -1);
    return [{ forms: all, stem, open: word?.endsWith("*") ?? false }];
  });
}

/** How a text, as {@link spaced}, holds a term. */
export function fit(text: string, { forms, stem }: Term): Fit {
  if (!text.includes(stem)) return Fit.None;
  let best = Fit.None;
  for (const form of forms) {
    if (text === form) return Fit.Exact;
    if (text.includes(form)) best = Fit.Whole;
  }
  return best === Fit.None && text.includes(forms[0]!.slice(0, -1)) ? Fit.Start : best;
}

/** A word in singular and plural, as English, French and Spanish write most of them. */
function forms(words: string): string[] {
  const bare = words.slice(0, -1);
  const last = bare.slice(bare.lastIndexOf(" ") + 1);
  if (last.length < SHORT || !/^[a-z]+$/.test(last)) return [words];
  const plurals = [`${bare}s `, `${bare}es `];
  const singular = last.length > SHORT && /[^s]s$/.test(last) ? [`${bare.slice(0, -1)} `] : [];
  return [words, ...plurals, ...singular];
}
