/** Ids and labels of images: of all at once, or, of many, in parts that are read when one of their images is shown. */

import { readIds, readLabels, readRowIndex, readRows, readTextPart, unpack } from "./files";
import { kept } from "./parts";
import { RowIndex, type IndexPart } from "./row_index";

/** Letters of ids that the index of their rows has. */
const LETTERS = 16;

export interface Texts {
  /** Read what these images are called and their ids; what is read stays. */
  readOf(rows: Iterable<number>): Promise<void>;
  /** Read all of them, where there are not too many. */
  readAll(): Promise<void>;
  /** Read the labels alone, which are searched; of too many none are. */
  readLabels(): Promise<void>;
  /** Find out which images have ids that begin so. */
  seek(beginnings: readonly string[]): Promise<void>;
  /** Whether what an image is called was read. */
  knows(row: number): boolean;
  id(row: number): string;
  label(row: number): string;
  /** What all images are called; none before that is read, or where there are too many. */
  readonly labels: readonly string[];
  /** The image whose id begins so, where that was read; -1 for none. */
  rowOf(beginning: string): number;
  /** Rows of images by their ids, without those that are not there. */
  rows(ids: readonly string[]): number[];
}

export class WholeTexts implements Texts {
  labels: readonly string[] = [];
  private ids: readonly string[] = [];
  private rowsOf: ReadonlyMap<string, number> | null = null;
  private readonly reading: { ids?: Promise<void>; labels?: Promise<void> } = {};

  async readAll(): Promise<void> {
    await Promise.all([this.readLabels(), this.readIds()]);
  }

  readOf(): Promise<void> {
    return this.readAll();
  }

  seek(): Promise<void> {
    return this.readAll();
  }

  readLabels(): Promise<void> {
    return this.once("labels", async () => {
      this.labels = await readLabels();
    });
  }

  private readIds(): Promise<void> {
    return this.once("ids", async () => {
      this.ids = await readIds();
      this.rowsOf = null;
    });
  }

  private once(which: "ids" | "labels", read: () => Promise<void>): Promise<void> {
    const reading = (this.reading[which] ??= read());
    reading.catch(() => delete this.reading[which]);
    return reading;
  }

  knows(): boolean {
    return true;
  }

  id(row: number): string {
    return this.ids[row] ?? "";
  }

  label(row: number): string {
    return this.labels[row] ?? "";
  }

  rowOf(beginning: string): number {
    return beginning ? this.ids.findIndex((id) => id.startsWith(beginning)) : -1;
  }

  rows(ids: readonly string[]): number[] {
    const rowsOf = (this.rowsOf ??= new Map(this.ids.map((id, row) => [id, row])));
    return ids.flatMap((id) => rowsOf.get(id) ?? []);
  }
}

export class TextParts implements Texts {
  labels: readonly string[] = [];
  private readonly parts = new Map<number, [ids: string[], labels: string[]]>();
  private readonly reading = new Map<number, Promise<void>>();
  private index: Promise<RowIndex> | null = null;
  private readonly found = new Map<string, number>();

  private readingLabels: Promise<void> | null = null;

  /** @param inPart images in a part. @param hasLabels whether there is also a file of all labels. */
  constructor(
    private readonly inPart: number,
    private readonly hasLabels: boolean,
  ) {}

  async readAll(): Promise<void> {}

  async readLabels(): Promise<void> {
    if (!this.hasLabels) return;
    this.readingLabels ??= readLabels().then((labels) => void (this.labels = labels));
    this.readingLabels.catch(() => (this.readingLabels = null));
    await this.readingLabels;
  }

  async readOf(rows: Iterable<number>): Promise<void> {
    const parts = new Set<number>();
    for (const row of rows) parts.add(Math.floor(row / this.inPart));
    await Promise.all(Array.from(parts, (part) => this.read(part)));
  }

  private read(part: number): Promise<void> {
    return kept(this.reading, part, async () => void this.parts.set(part, await readTextPart(part)));
  }

  async seek(beginnings: readonly string[]): Promise<void> {
    const wanted = beginnings.map((each) => each.slice(0, LETTERS)).filter((each) => each && !this.found.has(each));
    if (!wanted.length) return;
    this.index ??= readRowIndex().then((firsts) => new RowIndex(firsts, readIndexPart));
    this.index.catch(() => (this.index = null)); // asked for again, it is tried again
    const index = await this.index;
    await Promise.all(wanted.map(async (each) => this.found.set(each, await index.rowOf(each))));
  }

  knows(row: number): boolean {
    return this.parts.has(Math.floor(row / this.inPart));
  }

  id(row: number): string {
    return this.parts.get(Math.floor(row / this.inPart))?.[0][row % this.inPart] ?? "";
  }

  label(row: number): string {
    return this.parts.get(Math.floor(row / this.inPart))?.[1][row % this.inPart] ?? "";
  }

  rowOf(beginning: string): number {
    return this.found.get(beginning.slice(0, LETTERS)) ?? -1;
  }

  rows(ids: readonly string[]): number[] {
    return ids.map((id) => this.rowOf(id)).filter((row) => row >= 0);
  }
}

async function readIndexPart(part: number): Promise<IndexPart> {
  const { ids, rows } = await readRows(part);
  return { ids, rows: new Uint32Array(unpack(rows)) };
}
