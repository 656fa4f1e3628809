/** Orders that images can be in. */

import type { Chart } from "../data/chart";
import type { Column } from "../data/column";
import type { ColumnFacts } from "../data/files";
import type { Model } from "../data/model";
import { inSlices } from "../data/slices";
import { folded } from "../data/texts";

/** The order in which images are numbered. */
const MAP = "neighbours on the map";

/** What images are ordered by: a number or a text of each; null is behind all others. */
type Key = (row: number) => number | string | null;

export interface Order {
  name: string;
  /** Whether large ones come first. */
  falls: boolean;
  /** Whether an image may have several values, those of its records: the first of them in the order counts. */
  hasSeveral?: boolean;
  /** @param falls whether the greatest of several values counts, else the least. */
  key: (falls: boolean) => Promise<Key> | Key;
}

/** @param scores how well each image fits what is looked for; null where that is not known. */
export function ordersOf(model: Model, chart: Chart, scores: ArrayLike<number> | null): Order[] {
  const orders: Order[] = [
    { name: MAP, falls: false, key: () => (row) => row },
    { name: "times seen", falls: true, key: counted(model, "frequency") },
    { name: "number of records", falls: true, key: counted(model, "records") },
    { name: "name", falls: false, key: () => (row) => folded(model.label(row)) || null },
    { name: "cluster", falls: false, key: () => (row) => (chart.has(row) ? chart.cluster[row]! : null) },
    ...model.atlas.columns.map((facts) => byColumn(model, facts)),
  ];
  if (model.isTiled) orders.splice(orders.findIndex(({ name }) => name === "name"), 1); // names are not read
  if (scores) orders.unshift({ name: "best match", falls: true, key: () => (row) => scores[row] ?? null });
  return orders;
}

function counted(model: Model, of: "frequency" | "records"): () => Promise<Key> {
  return async () => {
    await model.readCounts();
    return (row) => model[of][row]!;
  };
}

function byColumn(model: Model, facts: ColumnFacts): Order {
  const key = async (falls: boolean): Promise<Key> => {
    const column = await model.column(facts);
    const keys = column.keys ?? ranksOf(column.values);
    return (row) => extreme(column, keys, row, falls);
  };
  return { name: facts.name, falls: facts.kind === "number", hasSeveral: true, key };
}

/** The place of each text among all, whatever its case and accents. */
function ranksOf(values: readonly string[]): Float64Array {
  const texts = values.map(folded);
  const sorted = [...new Set(texts)].sort();
  const places = new Map(sorted.map((text, at) => [text, at]));
  return Float64Array.from(texts, (text) => places.get(text)!);
}

/** The greatest or the least of an image's values; null where there is none. */
export function extreme(
  { starts, of }: Pick<Column, "starts" | "of">, keys: ArrayLike<number>, row: number, isGreatest: boolean,
): number | null {
  let found: number | null = null;
  for (let at = starts[row]!; at < starts[row + 1]!; at++) {
    const key = keys[of[at]!]!;
    if (Number.isNaN(key)) continue;
    if (found === null || (isGreatest ? key > found : key < found)) found = key;
  }
  return found;
}

/** Images in an order; those that it says nothing of are at the end. */
export async function ordered(rows: ArrayLike<number>, order: Order, reversed: boolean): Promise<Uint32Array> {
  if (order.name === MAP) return reversed ? Uint32Array.from(rows).reverse() : Uint32Array.from(rows);
  const key = await order.key(order.falls !== reversed);
  const keys: (number | string | null)[] = [];
  await inSlices(rows.length, (at) => keys.push(key(rows[at]!)));
  const way = order.falls === reversed ? 1 : -1;
  const places = Uint32Array.from(keys.keys());
  places.sort((one, other) => compared(keys[one]!, keys[other]!, way) || one - other);
  return places.map((at) => rows[at]!);
}

/** @param way 1 where small ones come first, else -1; null is last in any case. */
export function compared(one: number | string | null, other: number | string | null, way: number): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other ? -way : way;
}
