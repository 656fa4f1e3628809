/** Finds images by how their ids begin, in a sorted index of which one part or two are read. */

import { kept } from "./parts";

export interface IndexPart {
  /** How ids begin, sorted. */
  readonly ids: readonly string[];
  /** The row of each one's image. */
  readonly rows: ArrayLike<number>;
}

export class RowIndex {
  private readonly parts = new Map<number, Promise<IndexPart>>();

  /** @param firsts how the ids of each part begin. @param read a part. */
  constructor(
    private readonly firsts: readonly string[],
    private readonly read: (part: number) => Promise<IndexPart>,
  ) {}

  /** The row of the first image whose id begins so; -1 for none. @param beginning no longer than those of the index. */
  async rowOf(beginning: string): Promise<number> {
    const part = Math.max(countBefore(this.firsts, beginning) - 1, 0);
    const { ids, rows } = await this.part(part);
    const place = countBefore(ids, beginning);
    if (place < ids.length) return ids[place]!.startsWith(beginning) ? rows[place]! : -1;
    return this.firsts[part + 1]?.startsWith(beginning) ? (await this.part(part + 1)).rows[0]! : -1;
  }

  private part(number: number): Promise<IndexPart> {
    return kept(this.parts, number, () => this.read(number));
  }
}

/** How many of some sorted texts are before another one. */
function countBefore(texts: readonly string[], wanted: string): number {
  let [low, high] = [0, texts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (texts[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
