/** Conditions on images, of which all must hold. */

import type { ColumnFacts } from "./data";
import { folded, type Model } from "./model";

/** A condition in words, and for each image whether it holds: 1 or 0. */
export interface Condition {
  readonly words: string;
  readonly holds: Uint8Array;
}

export class Conditions {
  private readonly list: Condition[] = [];

  constructor(
    private readonly images: number,
    private readonly changed: () => void,
  ) {}

  get all(): readonly Condition[] {
    return this.list;
  }

  add(condition: Condition): void {
    this.remove(condition.words, false);
    this.list.push(condition);
    this.changed();
  }

  remove(words: string, tell = true): void {
    const at = this.list.findIndex((condition) => condition.words === words);
    if (at >= 0) this.list.splice(at, 1);
    if (at >= 0 && tell) this.changed();
  }

  clear(): void {
    this.list.length = 0;
    this.changed();
  }

  /** Images for which all hold, by rising row; null where there is no condition. */
  chosen(): Uint32Array | null {
    if (!this.list.length) return null;
    const holds = new Uint8Array(this.images).fill(1);
    for (const condition of this.list) {
      for (let row = 0; row < this.images; row++) holds[row]! &= condition.holds[row]!;
    }
    const rows: number[] = [];
    holds.forEach((held, row) => {
      if (held) rows.push(row);
    });
    return Uint32Array.from(rows);
  }
}

export function ofRows(words: string, images: number, rows: Iterable<number>): Condition {
  const holds = new Uint8Array(images);
  for (const row of rows) holds[row] = 1;
  return { words, holds };
}

export function inCluster(model: Model, number: number): Condition {
  const name = model.map.clusters[number]?.name ?? "";
  return { words: `in ${name}`, holds: Uint8Array.from(model.cluster, (each) => Number(each === number)) };
}

export function inSubcluster(model: Model, number: number): Condition {
  const name = model.map.subclusters[number]?.name ?? "";
  return { words: `in ${name}`, holds: Uint8Array.from(model.subcluster, (each) => Number(each === number)) };
}

export function seenAtLeast(model: Model, times: number): Condition {
  const holds = Uint8Array.from(model.frequency, (each) => Number(each >= times));
  return { words: `seen at least ${times} times`, holds };
}

/** Images with a tag of that label, from a score in [0, 1] on. */
export async function tagged(model: Model, label: string, least: number): Promise<Condition> {
  const wanted = folded(label);
  const holds = new Uint8Array(model.count);
  for (const tag of await model.allTags()) {
    if (folded(tag.label) !== wanted) continue;
    tag.rows.forEach((row, at) => {
      if (tag.scores[at]! >= 255 * least) holds[row] = 1;
    });
  }
  return { words: least > 0 ? `${label} from ${least}` : label, holds };
}

/** Images whose value of a column lies between two, as numbers or as texts; empty ends are open. */
export async function between(
  model: Model,
  facts: ColumnFacts,
  low: string,
  high: string,
): Promise<Condition> {
  const column = await model.column(facts);
  const right = column.values.map((value) =>
    facts.kind === "number"
      ? (low === "" || Number(value) >= Number(low)) && (high === "" || Number(value) <= Number(high))
      : (low === "" || value >= low) && (high === "" || value.slice(0, high.length) <= high),
  );
  const words = `${facts.name} from ${low || "…"} to ${high || "…"}`;
  return ofRows(words, model.count, column.rows((value) => right[value]!));
}

/** Images whose value of a column is that text, in whatever case. */
export async function equal(model: Model, facts: ColumnFacts, text: string): Promise<Condition> {
  const column = await model.column(facts);
  const wanted = folded(text);
  const right = column.values.map((value) => folded(value) === wanted);
  return ofRows(`${facts.name}: ${text}`, model.count, column.rows((value) => right[value]!));
}
