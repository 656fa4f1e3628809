/** A kept column: all values of each image, those of all its records. */

import type { ColumnFacts, ColumnFile } from "./files";
import { unpack } from "./packed";

/** Stands between several values of one image. */
const JOINT = " | ";

/**
 * `values` are the different ones, sorted; none is empty. `keys` has of each value the number, or the
 * date's first moment in ms since 1970, NaN where it is none; null for texts. The values of an image
 * begin in `of` where `starts` says, which ends with the end of all; they are rows of `values`, each
 * once an image, in the order of its records.
 */
export class Column {
  private readonly images: number;

  constructor(
    readonly facts: ColumnFacts,
    readonly values: readonly string[],
    readonly keys: Float64Array | null,
    readonly starts: Uint32Array,
    readonly of: Uint32Array,
  ) {
    this.images = starts.length - 1;
  }

  /** @param file as it was read. */
  static read(facts: ColumnFacts, file: ColumnFile): Column {
    const keys = file.keys === undefined ? null : new Float64Array(unpack(file.keys));
    const of = unpack(file.of);
    if (file.starts === undefined) return new Column(facts, file.values, keys, ...ofSingle(new Int32Array(of)));
    return new Column(facts, file.values, keys, new Uint32Array(unpack(file.starts)), new Uint32Array(of));
  }

  /** Whether any image has several values. */
  get hasSeveral(): boolean {
    return this.starts.some((start, row) => this.starts[row + 1]! > start + 1);
  }

  /** The values of an image, in the order of its records. */
  texts(row: number): string[] {
    return Array.from(this.of.subarray(this.starts[row]!, this.starts[row + 1]!), (value) => this.values[value]!);
  }

  /** All values of an image as one text; empty where there is none. */
  joined(row: number): string {
    return this.texts(row).join(JOINT);
  }

  /** The value of an image's first record that has one, as a row of `values`; -1 for none. */
  first(row: number): number {
    return this.starts[row]! < this.starts[row + 1]! ? this.of[this.starts[row]!]! : -1;
  }

  /** The value of each image, as a row of `values`; their number where an image has several, -1 where it has none. */
  single(): Int32Array {
    const single = new Int32Array(this.images);
    for (let row = 0; row < single.length; row++) {
      const count = this.starts[row + 1]! - this.starts[row]!;
      single[row] = count === 1 ? this.of[this.starts[row]!]! : count ? this.values.length : -1;
    }
    return single;
  }

  /** Where some values are in `values`; those that no image has are left out. */
  places(values: readonly string[]): number[] {
    return values.map((value) => this.values.indexOf(value)).filter((place) => place >= 0);
  }

  /** For each image 1 if one of its values is right, else 0. */
  holds(right: ArrayLike<number | boolean>): Uint8Array {
    const found = new Uint8Array(this.images);
    for (let row = 0; row < found.length; row++) {
      for (let at = this.starts[row]!; at < this.starts[row + 1]!; at++) {
        if (right[this.of[at]!]) {
          found[row] = 1;
          break;
        }
      }
    }
    return found;
  }

  /** For each image 1 if it has no value, else 0. */
  lacking(): Uint8Array {
    const found = new Uint8Array(this.images);
    for (let row = 0; row < found.length; row++) found[row] = Number(this.starts[row] === this.starts[row + 1]);
    return found;
  }

  /**
   * How many images have each of the values.
   *
   * @param among 1 for images that count; null for all.
   */
  counts(among: Uint8Array | null = null): Uint32Array {
    const counts = new Uint32Array(this.values.length);
    const { starts, of } = this;
    for (let row = 0; row < this.images; row++) {
      if (among && !among[row]) continue;
      for (let at = starts[row]!; at < starts[row + 1]!; at++) counts[of[at]!]!++;
    }
    return counts;
  }

  /**
   * How many images have a value in each of some bins; an image counts once in each.
   *
   * @param bins of each value, -1 for none.
   */
  binned(bins: Int32Array, count: number, among: Uint8Array | null = null): Uint32Array {
    const counts = new Uint32Array(count);
    const last = new Int32Array(count).fill(-1);
    for (let row = 0; row < this.images; row++) {
      if (among && !among[row]) continue;
      for (let at = this.starts[row]!; at < this.starts[row + 1]!; at++) {
        const bin = bins[this.of[at]!]!;
        if (bin < 0 || last[bin] === row) continue;
        last[bin] = row;
        counts[bin]!++;
      }
    }
    return counts;
  }
}

/** A number of each image, as a column. */
export function numberColumn(name: string, numbers: ArrayLike<number>): Column {
  const keys = new Float64Array(new Set(valuesOf(numbers))).sort();
  const place = new Map(Array.from(keys, (key, at) => [key, at]));
  const of = Int32Array.from(numbers, (number) => place.get(number)!);
  const facts: ColumnFacts = { name, file: -1, kind: "number" };
  return new Column(facts, Array.from(keys, String), keys, ...ofSingle(of));
}

function* valuesOf(numbers: ArrayLike<number>): Generator<number> {
  for (let at = 0; at < numbers.length; at++) yield numbers[at]!;
}

/** Values of images that have one each at most; -1 for none. */
function ofSingle(single: Int32Array): [starts: Uint32Array, of: Uint32Array] {
  const starts = new Uint32Array(single.length + 1);
  for (let row = 0; row < single.length; row++) starts[row + 1] = starts[row]! + Number(single[row]! >= 0);
  return [starts, Uint32Array.from(single.filter((value) => value >= 0))];
}
