/** Many texts in which words are looked for: labels, and the values of a column. */

import { folded } from "../data/texts";
import { inBlocks } from "../data/slices";
import { fit, Fit, spaced, type Term } from "./words";

/** Texts that are compared as one. */
const TOGETHER = 1 << 12;
/** Between them; within one it would be a blank. */
const BETWEEN = "\0";
const PLAIN = /^[\x00-\x7f]*$/;
const NUMBER = /^\d+$/;
/** From here on a character may be a letter that is not in ASCII, or belong to one. */
const ODD = 128;
const LETTERS_OR_NUMBER = /^(?:[a-z]+|\d+)$/;

/** Neighbouring texts as one, folded, and where each begins. */
interface Block {
  readonly text: string;
  readonly starts: Uint32Array;
}

export class Written {
  private readonly blocks: Block[] = [];
  private reading: Promise<void> | null = null;

  constructor(private readonly texts: readonly string[]) {}

  /** Fold the texts, which is done once. */
  prepare(): Promise<void> {
    this.reading ??= inBlocks(this.texts.length, (first, end) => this.blocks.push(blockOf(this.texts.slice(first, end))), TOGETHER);
    return this.reading;
  }

  /** How each text holds a term: a `Fit`, where `Exact` may be `Whole`. */
  async fits(term: Term): Promise<Uint8Array> {
    await this.prepare();
    const fits = new Uint8Array(this.texts.length);
    const words = term.forms.map((form) => form.trim());
    const isWord = words.every((word) => LETTERS_OR_NUMBER.test(word));
    const longest = term.stem.split(" ").reduce((one, other) => (other.length > one.length ? other : one));
    await inBlocks(
      this.blocks.length,
      (number) => {
        const block = this.blocks[number]!;
        const own = fits.subarray(number * TOGETHER, (number + 1) * TOGETHER);
        const whole = (at: number) => (own[at] = fit(spaced(this.texts[number * TOGETHER + at]!), term));
        if (isWord) wordFits(block, words, longest, own, whole);
        else occurrences(block, longest, whole);
      },
      1,
    );
    return fits;
  }
}

function blockOf(texts: readonly string[]): Block {
  let joined = texts.join(BETWEEN);
  const isPlain = PLAIN.test(joined);
  joined = isPlain ? joined.toLowerCase() : texts.map(folded).join(BETWEEN);
  const starts = startsIn(joined, texts.length);
  if (starts) return { text: joined, starts };
  return blockOf(texts.map((text) => text.replaceAll(BETWEEN, " ")));
}

/** Where each of so many texts begins; null where one has in it what stands between them. */
function startsIn(joined: string, count: number): Uint32Array | null {
  const starts = new Uint32Array(count + 1);
  let at = 0;
  for (let text = 1; text < count; text++) {
    at = joined.indexOf(BETWEEN, at) + 1;
    starts[text] = at;
  }
  starts[count] = joined.length + 1;
  return joined.indexOf(BETWEEN, at) < 0 ? starts : null;
}

/** Call `found` for each text in which something occurs, once. */
function occurrences({ text, starts }: Block, wanted: string, found: (number: number) => void): void {
  let number = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, starts[number]!)) {
    while (starts[number + 1]! <= at) number++;
    found(number);
    if (++number + 1 >= starts.length) return;
  }
}

/**
 * How texts hold a word in ASCII, of which all forms begin with a stem.
 *
 * @param read reads a whole text, where the word has something beside it that is not in ASCII.
 */
function wordFits({ text, starts }: Block, forms: readonly string[], stem: string, fits: Uint8Array, read: (number: number) => void): void {
  const isPart = NUMBER.test(stem) ? isDigit : isLetter;
  let number = 0;
  for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at)) {
    while (starts[number + 1]! <= at) number++;
    const before = text.charCodeAt(at - 1);
    let end = at + stem.length;
    if (!isPart(before)) {
      while (isPart(text.charCodeAt(end))) end++;
      if (before >= ODD || text.charCodeAt(end) >= ODD) {
        read(number);
        end = starts[number + 1]!;
      } else {
        const word = text.slice(at, end);
        const how = forms.includes(word) ? Fit.Whole : word.startsWith(forms[0]!) ? Fit.Start : Fit.None;
        fits[number] = Math.max(fits[number]!, how);
      }
    }
    at = end;
  }
}

function isLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
