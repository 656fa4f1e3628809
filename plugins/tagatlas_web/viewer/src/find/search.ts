/** Search in labels, tags and kept columns: what is found, and how well. */

import type { Chart } from "../data/chart";
import type { Column } from "../data/column";
import type { Model, Tag } from "../data/model";
import { inBlocks, inSlices } from "../data/slices";
import { fit, Fit, spaced, terms, type Term } from "./words";
import { Written } from "./written";

/** Score, of 255, of what is written: a label or a column holds the words. */
const WRITTEN = 255;

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

/** A tag that holds a term, and how. */
interface Holding {
  readonly tag: Tag;
  readonly how: Fit;
}

export class Search {
  private readonly written = new WeakMap<readonly string[], Written>();
  private readonly known = new WeakMap<readonly Tag[], string[]>();

  constructor(private readonly model: Model) {}

  /**
   * Look for all words of a text.
   *
   * @param isWanted whether the answer still is; where it is not, the answer is null.
   */
  async find(wish: Wish, isWanted: () => boolean): Promise<Found | null> {
    await this.model.readLabels();
    const { scores, counted } = this.empty();
    const wider = new Uint8Array(this.model.count);
    let [least, isFirst] = [WRITTEN, true];
    for (const term of terms(wish.text)) {
      const at = await this.term(term, wish, isWanted);
      if (!at) return null;
      least = Math.min(least, at.least);
      const isOpen = term.open || wish.open || !at.isWhole;
      const { whole, start } = at;
      await inBlocks(this.model.count, (first, end) => {
        for (let row = first; row < end; row++) {
          const score = isOpen ? Math.max(whole.scores[row]!, start.scores[row]!) : whole.scores[row]!;
          const counts = whole.counted[row]! | start.counted[row]!;
          const own = isOpen ? counts : whole.counted[row]!;
          scores[row] = isFirst ? score : Math.min(score, scores[row]!);
          counted[row] = isFirst ? own : own & counted[row]!;
          wider[row] = isFirst ? counts : counts & wider[row]!;
        }
      });
      isFirst = false;
    }
    let more = 0;
    for (let row = 0; row < wider.length; row++) more += wider[row]! - counted[row]!;
    return { scores, counted, least: least < WRITTEN ? least : null, more };
  }

  /** Tags that hold the last word of a text, with their images, the best first. */
  async suggest(wish: Wish, most: number): Promise<{ label: string; images: number }[]> {
    const last = terms(wish.text).at(-1) ?? null;
    const best = new Map<string, { label: string; images: number; how: Fit }>();
    for (const backend of this.model.backends(wish.backend)) {
      for (const { tag, how } of await this.holding(last, backend)) {
        const images = this.model.imagesOf(tag, wish.chart);
        if (images > (best.get(tag.label)?.images ?? 0)) best.set(tag.label, { label: tag.label, images, how });
      }
    }
    const ordered = [...best.values()].sort((one, other) => other.how - one.how || other.images - one.images);
    return ordered.slice(0, most);
  }

  /** Make labels and columns comparable before anything is looked for in them. */
  async prepare(): Promise<void> {
    await this.model.readLabels();
    await this.writtenIn(this.model.allLabels).prepare();
    for (const facts of this.model.atlas.columns) await this.writtenIn((await this.model.column(facts)).values).prepare();
  }

  private async term(term: Term, wish: Wish, isWanted: () => boolean): Promise<Sought | null> {
    const found: Source = { whole: this.empty(), start: this.empty() };
    let least = WRITTEN;
    for (const backend of this.model.backends(wish.backend)) {
      least = Math.min(least, await this.inTags(term, backend, wish, found));
      if (!isWanted()) return null;
    }
    const fits = await this.writtenIn(this.model.allLabels).fits(term);
    for (let row = 0; row < fits.length; row++) mark(found, fits[row]!, row);
    for (const facts of this.model.atlas.columns) {
      if (!isWanted()) return null;
      await this.inColumn(term, await this.model.column(facts), found);
    }
    return { ...found, least, isWhole: found.whole.scores.some((score) => score > 0) };
  }

  /** Tags of a backend; one that is exactly the term is meant, if there is one. */
  private async inTags(term: Term, backend: number, { chart }: Wish, found: Source): Promise<number> {
    const holding = await this.holding(term, backend);
    const isKnown = holding.some(({ how }) => how === Fit.Exact);
    const read = await Promise.all(holding.map(({ tag }) => this.model.tagged(tag)));
    let least = WRITTEN;
    await inSlices(
      holding.length,
      (at) => {
        const { tag, how } = holding[at]!;
        const { rows, scores } = read[at]!;
        const from = this.model.countsFrom(tag, chart);
        const isMeant = how === Fit.Exact || (how === Fit.Whole && !isKnown);
        if (isMeant) least = Math.min(least, from);
        const hits = isMeant ? found.whole : found.start;
        for (let place = 0; place < rows.length; place++) {
          const [row, score] = [rows[place]!, scores[place]!];
          if (score > hits.scores[row]!) hits.scores[row] = score;
          if (score >= from) hits.counted[row] = 1;
        }
      },
      1,
    );
    return least;
  }

  /** Tags of a backend that hold a term; null is held by all as by those that begin so. */
  private async holding(term: Term | null, backend: number): Promise<Holding[]> {
    const tags = await this.model.allTags(backend);
    const texts = this.known.get(tags) ?? tags.map(({ label }) => spaced(label));
    this.known.set(tags, texts);
    return tags.flatMap((tag, at) => {
      const how = term ? fit(texts[at]!, term) : Fit.Start;
      return how ? [{ tag, how }] : [];
    });
  }

  private async inColumn(term: Term, column: Column, found: Source): Promise<void> {
    const fits = await this.writtenIn(column.values).fits(term);
    for (const how of [Fit.Whole, Fit.Start]) {
      const right = fits.map((each) => Number(Math.min(each, Fit.Whole) === how));
      if (!right.includes(1)) continue;
      const holds = column.holds(right);
      for (let row = 0; row < holds.length; row++) if (holds[row]) mark(found, how, row);
    }
  }

  /** Some texts as they are searched, which are made so once. */
  private writtenIn(texts: readonly string[]): Written {
    const written = this.written.get(texts) ?? new Written(texts);
    this.written.set(texts, written);
    return written;
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
