/** Images that are of one picture: its copies, its near duplicates, and all records of them. */

import { readFamilies, readFamilyTable, unpack, type Detail, type FamilyTable } from "./files";
import type { Model } from "./model";
import { inTime } from "./records";

/** Images of a family whose records are read; others are counted. */
const MOST = 60;

/** A record, and the picture that it leads to. */
export interface Sighting extends Detail {
  /** The image of the viewer that it belongs to. */
  row: number;
}

export class Families {
  private constructor(
    private readonly starts: Uint32Array,
    private readonly rows: Uint32Array,
    private readonly of: Int32Array,
  ) {}

  static async read(model: Model): Promise<Families> {
    const of = new Int32Array(model.count).fill(-1);
    if (!model.atlas.families) return new Families(new Uint32Array(1), new Uint32Array(), of);
    const file = await readFamilies();
    const starts = new Uint32Array(unpack(file.starts));
    const rows = new Uint32Array(unpack(file.rows));
    for (let family = 0; family + 1 < starts.length; family++) {
      for (let at = starts[family]!; at < starts[family + 1]!; at++) of[rows[at]!] = family;
    }
    return new Families(starts, rows, of);
  }

  get count(): number {
    return this.starts.length - 1;
  }

  /** The images of a family, the one of the earliest record first. */
  members(family: number): Uint32Array {
    return this.rows.subarray(this.starts[family]!, this.starts[family + 1]!);
  }

  /** The family of an image; -1 where it has none. */
  number(row: number): number {
    return this.of[row]!;
  }

  /** The images of the family of an image; itself alone where it has none. */
  around(row: number): Uint32Array {
    const family = this.of[row]!;
    return family < 0 ? Uint32Array.of(row) : this.members(family);
  }
}

/** The records of the family of an image, in order of time. */
export async function sightings(model: Model, row: number): Promise<Sighting[]> {
  const families = await model.families();
  const rows = families.around(row);
  const some = rows.length > MOST ? [row, ...[...rows].filter((other) => other !== row).slice(0, MOST - 1)] : [...rows];
  await model.readTextsOf(rows);
  const own = new Set(Array.from(rows, (each) => model.id(each)));
  const read = await Promise.all(
    some.map(async (each) => {
      const records = await model.detail(each);
      // A copy that is an image of its own has its records itself.
      return records
        .filter(({ copy }) => copy === model.id(each) || !own.has(copy))
        .map((record): Sighting => ({ ...record, row: each }));
    }),
  );
  return inTime(read.flat());
}

/** What is known of all families, each as in `Families`. */
export class FamilyFacts {
  readonly images: Uint32Array;
  readonly records: Uint32Array;
  readonly frequency: Uint32Array;
  readonly places: Uint32Array;
  readonly first: readonly (string | null)[];
  readonly last: readonly (string | null)[];
  /** When that was, in ms since 1970; NaN without a date. */
  readonly begin: Float64Array;
  readonly end: Float64Array;

  private constructor(file: FamilyTable) {
    this.images = new Uint32Array(unpack(file.images));
    this.records = new Uint32Array(unpack(file.records));
    this.frequency = new Uint32Array(unpack(file.frequency));
    this.places = new Uint32Array(unpack(file.places));
    this.first = file.first;
    this.last = file.last;
    this.begin = new Float64Array(unpack(file.begin));
    this.end = new Float64Array(unpack(file.end));
  }

  static async read(): Promise<FamilyFacts> {
    return new FamilyFacts(await readFamilyTable());
  }
}
