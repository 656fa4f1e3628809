/** Search in labels, tags and kept columns: what is found, and how well. */

import type { Chart } from "../data/chart";
import type { Column } from "../data/column";
import type { Model, Tagged } from "../data/model";
import { inSlices } from "../data/slices";
import { fit, Fit, spaced, terms, type Term } from "./words";

/** Score, of 255, of what is written: a label or a column holds the words. */
const WRITTEN = 255;
/** So many tags are counted for each that is suggested. */
const COUNTED = 3;

export interface Found {
  /** Score of each image, of 255: the least of those of the terms; 0 where one is not there. */
  readonly scores: Uint8Array;
  /** 1 where each term counts, as its tags count on the map. */
  readonly counted: Uint8Array;
  /** The lowest score, of 255, from which a tag counts that was looked for; null where none was found. */
  readonly least: number | null;
  /** How many more images count where words that begin so, and further tags that hold them, do. */
  readonly more: number;
}

export interface Wish {
  text: string;
  /** Whose tags are searched; empty for all. */
  backend: string;
  /** The map whose scores count. */
  chart: Chart;
  /** Whether words that begin so count beside whole words. */
  open: boolean;
}

/** What one term is in: rows and scores by row of 255, those that count by themselves. */
interface Hits {
  scores: Uint8Array;
  counted: Uint8Array;
}

interface Source {
  /** Whole words, and of tags those that are meant. */
  whole: Hits;
  start: Hits;
}

interface Sought extends Source {
  /** Whether any image has it as a whole word, with whatever score. */
  isWhole: boolean;
  least: number;
}

export class Search {
  private readonly known = new WeakMap<readonly string[], Promise<string[]>>();
  private readonly counts = new WeakMap<Tagged, { from: number; images: number }>();
  private readonly tagLabels = new WeakMap<readonly Tagged[], string[]>();

  constructor(private readonly model: Model) {}

  /**
   * Look for all words of a text.
   *
   * @param isWanted whether the answer still is; where it is not, the answer is null.
   */
  async find(wish: Wish, isWanted: () => boolean): Promise<Found | null> {
    await this.model.readTexts();
    const found = { ...this.empty(), wider: new Uint8Array(this.model.count) };
    let [least, isFirst] = [WRITTEN, true];
    for (const term of terms(wish.text)) {
      const at = await this.term(term, wish, isWanted);
      if (!at) return null;
      least = Math.min(least, at.least);
      const isOpen = term.open || wish.open || !at.isWhole;
      const join = isFirst ? (one: number) => one : Math.min;
      await inSlices(this.model.count, (row) => {
        const score = isOpen ? Math.max(at.whole.scores[row]!, at.start.scores[row]!) : at.whole.scores[row]!;
        const counts = at.whole.counted[row]! | at.start.counted[row]!;
        found.scores[row] = join(score, found.scores[row]!);
        found.counted[row] = join(isOpen ? counts : at.whole.counted[row]!, found.counted[row]!);
        found.wider[row] = join(counts, found.wider[row]!);
      });
      isFirst = false;
    }
    let more = 0;
    await inSlices(this.model.count, (row) => (more += found.wider[row]! - found.counted[row]!));
    return { scores: found.scores, counted: found.counted, least: least < WRITTEN ? least : null, more };
  }

  /** Tags that hold the last word of a text, with their images, the best first. */
  async suggest(wish: Wish, most: number): Promise<{ label: string; images: number }[]> {
    const last = terms(wish.text).at(-1);
    const holding: { tag: Tagged; backend: number; how: Fit }[] = [];
    for (const backend of this.model.backends(wish.backend)) {
      const tags = await this.model.allTags(backend);
      const texts = await this.comparableTags(tags);
      for (const [at, tag] of tags.entries()) {
        const how = last ? fit(texts[at]!, last) : Fit.Start;
        if (how) holding.push({ tag, backend, how });
      }
    }
    holding.sort((one, other) => other.how - one.how || other.tag.rows.length - one.tag.rows.length);
    const best = new Map<string, { label: string; images: number; how: Fit }>();
    const counted = holding.slice(0, COUNTED * most);
    await inSlices(counted.length, (at) => {
      const { tag, backend, how } = counted[at]!;
      const images = this.imagesFrom(tag, this.model.countsFrom(tag, backend, wish.chart));
      if (images > (best.get(tag.label)?.images ?? 0)) best.set(tag.label, { label: tag.label, images, how });
    }, 1);
    const ordered = [...best.values()].sort((one, other) => other.how - one.how || other.images - one.images);
    return ordered.slice(0, most);
  }

  /** Make labels and columns comparable before anything is looked for in them. */
  async prepare(): Promise<void> {
    await this.comparable(this.model.allLabels);
    for (const facts of this.model.atlas.columns) await this.comparable((await this.model.column(facts)).values);
  }

  private async term(term: Term, wish: Wish, isWanted: () => boolean): Promise<Sought | null> {
    const found: Source = { whole: this.empty(), start: this.empty() };
    let least = WRITTEN;
    for (const backend of this.model.backends(wish.backend)) {
      least = Math.min(least, await this.inTags(term, backend, wish, found));
      if (!isWanted()) return null;
    }
    const labels = await this.comparable(this.model.allLabels);
    await inSlices(labels.length, (row) => mark(found, fit(labels[row]!, term), row));
    for (const facts of this.model.atlas.columns) {
      if (!isWanted()) return null;
      await this.inColumn(term, await this.model.column(facts), found);
    }
    return { ...found, least, isWhole: found.whole.scores.some((score) => score > 0) };
  }

  /** Tags of a backend; one that is exactly the term is meant, if there is one. */
  private async inTags(term: Term, backend: number, { chart }: Wish, found: Source): Promise<number> {
    const tags = await this.model.allTags(backend);
    const texts = await this.comparableTags(tags);
    const fits = texts.map((text) => fit(text, term));
    const isKnown = fits.includes(Fit.Exact);
    let least = WRITTEN;
    for (const [at, how] of fits.entries()) {
      if (how === Fit.None) continue;
      const { rows, scores } = tags[at]!;
      const from = this.model.countsFrom(tags[at]!, backend, chart);
      const isMeant = how === Fit.Exact || (how === Fit.Whole && !isKnown);
      if (isMeant) least = Math.min(least, from);
      const hits = isMeant ? found.whole : found.start;
      await inSlices(rows.length, (place) => {
        const [row, score] = [rows[place]!, scores[place]!];
        if (score > hits.scores[row]!) hits.scores[row] = score;
        if (score >= from) hits.counted[row] = 1;
      });
    }
    return least;
  }

  private async inColumn(term: Term, column: Column, found: Source): Promise<void> {
    const values = await this.comparable(column.values);
    const fits = new Uint8Array(values.length);
    await inSlices(values.length, (at) => (fits[at] = fit(values[at]!, term)));
    for (const how of [Fit.Whole, Fit.Start]) {
      const right = fits.map((each) => Number(Math.min(each, Fit.Whole) === how));
      if (!right.includes(1)) continue;
      const holds = column.holds(right);
      await inSlices(holds.length, (row) => mark(found, holds[row] ? how : Fit.None, row));
    }
  }

  /** Some texts as they are compared, which is done once. */
  private comparable(texts: readonly string[]): Promise<string[]> {
    let made = this.known.get(texts);
    if (!made) {
      const all: string[] = [];
      made = inSlices(texts.length, (at) => all.push(spaced(texts[at]!))).then(() => all);
      this.known.set(texts, made);
    }
    return made;
  }

  private async comparableTags(tags: readonly Tagged[]): Promise<string[]> {
    const labels = this.tagLabels.get(tags) ?? tags.map(({ label }) => label);
    this.tagLabels.set(tags, labels);
    return this.comparable(labels);
  }

  /** How many images have a tag from a score, of 255, on. */
  private imagesFrom(tag: Tagged, from: number): number {
    const before = this.counts.get(tag);
    if (before?.from === from) return before.images;
    let images = 0;
    for (const score of tag.scores) if (score >= from) images++;
    this.counts.set(tag, { from, images });
    return images;
  }

  private empty(): Hits {
    return { scores: new Uint8Array(this.model.count), counted: new Uint8Array(this.model.count) };
  }
}

function mark({ whole, start }: Source, how: Fit, row: number): void {
  if (how === Fit.None) return;
  const hits = how === Fit.Start ? start : whole;
  hits.scores[row] = WRITTEN;
  hits.counted[row] = 1;
}
