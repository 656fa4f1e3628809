/** Conditions on images, of which all must hold. */

import type { Chart } from "../data/chart";
import type { ColumnFacts } from "../data/files";
import { folded, type Model } from "../data/model";

/** A condition in words, and for each image whether it holds: 1 or 0. */
export interface Condition {
  /** Of those with the same key one stands. */
  readonly key: string;
  readonly words: string;
  readonly holds: Uint8Array;
}

export class Conditions {
  private list: Condition[] = [];

  constructor(
    private readonly images: number,
    private readonly changed: () => void,
  ) {}

  get all(): readonly Condition[] {
    return this.list;
  }

  add(condition: Condition): void {
    this.list = [...this.without(condition.key), condition];
    this.changed();
  }

  /** Put one in the place of all others. */
  only(condition: Condition): void {
    this.list = [condition];
    this.changed();
  }

  remove(key: string): void {
    const left = this.without(key);
    if (left.length === this.list.length) return;
    this.list = left;
    this.changed();
  }

  clear(): void {
    if (!this.list.length) return;
    this.list = [];
    this.changed();
  }

  /** Images for which all hold, by rising row; null where there is no condition. */
  chosen(): Uint32Array | null {
    if (!this.list.length) return null;
    const holds = this.list[0]!.holds.slice();
    for (const condition of this.list.slice(1)) {
      for (let row = 0; row < this.images; row++) holds[row]! &= condition.holds[row]!;
    }
    let count = 0;
    for (let row = 0; row < this.images; row++) count += holds[row]!;
    const rows = new Uint32Array(count);
    for (let row = 0, at = 0; row < this.images; row++) if (holds[row]) rows[at++] = row;
    return rows;
  }

  private without(key: string): Condition[] {
    return this.list.filter((condition) => condition.key !== key);
  }
}

/** @param images how many there are. */
export function ofRows(key: string, words: string, images: number, rows: Iterable<number>): Condition {
  const holds = new Uint8Array(images);
  for (const row of rows) holds[row] = 1;
  return { key, words, holds };
}

export function inCluster(model: Model, chart: Chart, number: number): Condition {
  return ofCluster(model, chart, chart.cluster, number, chart.clusters[number]?.name ?? "");
}

export function inSubcluster(model: Model, chart: Chart, number: number): Condition {
  return ofCluster(model, chart, chart.subcluster, number, chart.subclusters[number]?.name ?? "");
}

function ofCluster(
  { atlas, count }: Model,
  chart: Chart,
  of: ArrayLike<number>,
  number: number,
  name: string,
): Condition {
  const holds = new Uint8Array(count);
  for (let row = 0; row < count; row++) holds[row] = Number(of[row] === number);
  const where = atlas.maps.length > 1 ? ` on ${chart.facts.name}` : "";
  return { key: `cluster ${chart.number}`, words: `in ${name}${where}`, holds };
}

/** Images that lie on a map. */
export function onMap(model: Model, chart: Chart): Condition {
  const holds = new Uint8Array(model.count);
  for (let row = 0; row < model.count; row++) holds[row] = Number(chart.has(row));
  return { key: `on ${chart.number}`, words: `on ${chart.facts.name}`, holds };
}

/** Images seen so often; null leaves an end open. */
export function seen(model: Model, low: number | null, high: number | null): Condition {
  const holds = new Uint8Array(model.count);
  for (let row = 0; row < model.count; row++) {
    const times = model.frequency[row]!;
    holds[row] = Number((low === null || times >= low) && (high === null || times <= high));
  }
  return { key: "frequency", words: `seen ${range(low, high)} times`, holds };
}

/** Images with a tag of that label by a backend, or by any, from a score in [0, 1] on. */
export async function tagged(model: Model, label: string, least = 0, backend = ""): Promise<Condition> {
  const wanted = folded(label);
  const holds = new Uint8Array(model.count);
  for (const number of model.backends(backend)) {
    for (const tag of await model.allTags(number)) {
      if (tag.label !== label && folded(tag.label) !== wanted) continue;
      tag.rows.forEach((row, at) => {
        if (tag.scores[at]! >= Math.round(255 * least)) holds[row] = 1;
      });
    }
  }
  const by = backend ? ` by ${backend}` : "";
  const from = least > 0 ? ` from ${least}` : "";
  return { key: `tag ${wanted} ${backend}`, words: `${label}${by}${from}`, holds };
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
      ? value !== "" && (low === "" || Number(value) >= Number(low)) && (high === "" || Number(value) <= Number(high))
      : value !== "" && (low === "" || value >= low) && (high === "" || value.slice(0, high.length) <= high),
  );
  const words = `${facts.name} ${range(low || null, high || null)}`;
  return ofRows(columnKey(facts), words, model.count, column.rows((value) => right[value]!));
}

/** Images whose value of a column is that text, in whatever case. */
export async function equal(model: Model, facts: ColumnFacts, text: string): Promise<Condition> {
  const column = await model.column(facts);
  const wanted = folded(text);
  const right = column.values.map((value) => folded(value) === wanted);
  return ofRows(columnKey(facts), `${facts.name}: ${text}`, model.count, column.rows((value) => right[value]!));
}

export function columnKey(facts: ColumnFacts): string {
  return `column ${facts.file}`;
}

function range(low: string | number | null, high: string | number | null): string {
  if (low === null) return `up to ${high ?? "…"}`;
  return high === null ? `from ${low}` : `from ${low} to ${high}`;
}
