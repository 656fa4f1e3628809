/** What is known of the images, and which of them are looked for. */

import {
  readColumn,
  readDetails,
  readTags,
  readTexts,
  unpack,
  type ColumnFacts,
  type ColumnFile,
  type Detail,
  type MapFile,
} from "./data";

/** Images that have a tag, with its scores of 255. */
export interface Tagged {
  label: string;
  rows: Uint32Array;
  scores: Uint8Array;
}

export class Model {
  readonly boxes: Float32Array;
  readonly cluster: Uint16Array;
  readonly subcluster: Int32Array;
  readonly frequency: Uint32Array;
  readonly records: Uint32Array;
  private ids: readonly string[] = [];
  private labels: readonly string[] = [];
  private tags: Promise<Tagged[]> | null = null;
  private readonly columns = new Map<number, Promise<Column>>();
  private readonly details = new Map<number, Promise<Detail[]>>();

  constructor(readonly map: MapFile) {
    this.boxes = new Float32Array(unpack(map.boxes));
    this.cluster = new Uint16Array(unpack(map.cluster));
    this.subcluster = new Int32Array(unpack(map.subcluster));
    this.frequency = new Uint32Array(unpack(map.frequency));
    this.records = new Uint32Array(unpack(map.records));
  }

  get count(): number {
    return this.map.images;
  }

  /** Read ids and labels, which nothing is drawn with. */
  async readTexts(): Promise<void> {
    ({ ids: this.ids, labels: this.labels } = await readTexts());
  }

  id(row: number): string {
    return this.ids[row] ?? "";
  }

  /** Rows of images by their ids, without those that are not there. */
  rows(ids: readonly string[]): number[] {
    const rowOf = new Map(this.ids.map((id, row) => [id, row]));
    return ids.flatMap((id) => rowOf.get(id) ?? []);
  }

  /** What an image is called; empty before the texts are read. */
  label(row: number): string {
    return this.labels[row] ?? "";
  }

  /** All tags, the most frequent first. */
  allTags(): Promise<Tagged[]> {
    this.tags ??= readTags().then((file) => {
      const starts = new Uint32Array(unpack(file.starts));
      const rows = new Uint32Array(unpack(file.rows));
      const scores = new Uint8Array(unpack(file.scores));
      const tagged = file.labels.map((label, tag) => {
        const [first, end] = [starts[tag]!, starts[tag + 1]!];
        return { label, rows: rows.subarray(first, end), scores: scores.subarray(first, end) };
      });
      return tagged.sort((one, other) => other.rows.length - one.rows.length);
    });
    return this.tags;
  }

  column(facts: ColumnFacts): Promise<Column> {
    let column = this.columns.get(facts.file);
    if (!column) {
      column = readColumn(facts.file).then((file) => new Column(facts, file));
      this.columns.set(facts.file, column);
    }
    return column;
  }

  async detail(row: number): Promise<Detail> {
    const part = Math.floor(row / this.map.detailRows);
    let details = this.details.get(part);
    if (!details) {
      details = readDetails(part);
      this.details.set(part, details);
    }
    return (await details)[row % this.map.detailRows]!;
  }

  /** Images in whose label, tags or columns a text occurs, in whatever case. */
  async search(text: string): Promise<Set<number>> {
    const wanted = folded(text);
    const found = new Set<number>();
    this.labels.forEach((label, row) => {
      if (folded(label).includes(wanted)) found.add(row);
    });
    for (const { label, rows } of await this.allTags()) {
      if (folded(label).includes(wanted)) for (const row of rows) found.add(row);
    }
    for (const facts of this.map.columns) {
      const column = await this.column(facts);
      for (const row of column.containing(wanted)) found.add(row);
    }
    return found;
  }
}

/** A kept column: a value, or none, of each image. */
export class Column {
  readonly values: readonly string[];
  private readonly of: Int32Array;

  constructor(
    readonly facts: ColumnFacts,
    file: ColumnFile,
  ) {
    this.values = file.values;
    this.of = new Int32Array(unpack(file.of));
  }

  value(row: number): string | null {
    return this.values[this.of[row]!] ?? null;
  }

  containing(wanted: string): number[] {
    const right = this.values.map((value) => folded(value).includes(wanted));
    return this.rows((value) => right[value]!);
  }

  /** Images of a value; `right` is given rows of `values`. */
  rows(right: (value: number) => boolean): number[] {
    const found: number[] = [];
    this.of.forEach((value, row) => {
      if (value >= 0 && right(value)) found.push(row);
    });
    return found;
  }
}

/** A text as it is compared: without case and accents. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
