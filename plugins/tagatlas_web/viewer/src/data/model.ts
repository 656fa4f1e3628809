/** What is known of the images, whatever map they are on. */

import { Cells } from "./cells";
import { Chart } from "./chart";
import { Column } from "./column";
import { Families } from "./families";
import {
  readAnnotations,
  readColumn,
  readDetails,
  readCounts,
  readMap,
  readNear,
  readPostings,
  readScores,
  readTags,
  unpack,
  type AnnotationFile,
  type AtlasFile,
  type ColumnFacts,
  type Detail,
  type Near,
  type Packed,
  type PostingsFile,
  type Scored,
} from "./files";
import { isLive } from "./host";
import { TextParts, WholeTexts, type Texts } from "./named";
import { isClusterName } from "./naming";
import { unplaned } from "./packed";
import { ifThere } from "../trouble";
import { kept, Parts } from "./parts";

/** A tag of a backend, before its images are read. */
export interface Tag {
  readonly label: string;
  /** The number of its backend. */
  readonly backend: number;
  /** How many images have it. */
  readonly images: number;
  /** The score, of 255, from which on it stands out from what nearly all images have of it. */
  readonly floor: number;
  /** Where it is among the backend's tags. */
  readonly number: number;
  /** For scores, of 255, from which tags count on maps: how many images have each tag from there, and from its floor, on. */
  readonly counted: ReadonlyMap<number, Uint32Array>;
  /** Its file, and where its images begin there. */
  readonly part: number;
  readonly first: number;
}

/** Images that have a tag, with its scores of 255. */
export interface Tagged {
  readonly rows: Uint32Array;
  readonly scores: Uint8Array;
}

/** Where a map has no lowest score: the one from which on a tag is worth reading. */
const LIKELY = 0.1;

export class Model {
  /** How often each image was seen, and how many records lead to it; of a map in tiles after `readCounts`. */
  frequency: Uint32Array = new Uint32Array();
  records: Uint32Array = new Uint32Array();
  private readonly hidden: ReadonlySet<number>;
  private readonly named: Texts;
  private counting: Promise<void> | null = null;
  private related: Promise<Families> | null = null;
  private written: Promise<AnnotationFile> | null = null;
  private readonly tags = new Map<number, Promise<Tag[]>>();
  private readonly postings: Map<number, Promise<Tagged>>[];
  private readonly charts = new Map<number, Promise<Chart>>();
  private readonly columns = new Map<number, Promise<Column>>();
  private readonly cells: Cells;
  private readonly details: Parts<Detail[]>;
  private readonly scored: Parts<Scored[]>[];
  private readonly nearby: Parts<Near | null>[];

  constructor(readonly atlas: AtlasFile) {
    this.named = atlas.tiles ? new TextParts(atlas.tiles.texts, atlas.tiles.labels) : new WholeTexts();
    if (atlas.frequency && atlas.records) this.take({ frequency: atlas.frequency, records: atlas.records });
    this.hidden = new Set(atlas.hidden);
    this.cells = new Cells(atlas);
    this.details = new Parts(atlas.detailRows, readDetails);
    this.scored = atlas.backends.map(
      (_, backend) => new Parts(atlas.detailRows, (part) => readScores(backend, part)),
    );
    this.postings = atlas.backends.map(() => new Map());
    this.nearby = atlas.maps.map((_, map) => new Parts(atlas.nearRows, (part) => readNear(map, part)));
  }

  get count(): number {
    return this.atlas.images;
  }

  /** Whether there are so many images that their map is in tiles, and their texts are in parts. */
  get isTiled(): boolean {
    return this.atlas.tiles !== null;
  }

  /** Read how often images were seen. */
  async readCounts(): Promise<void> {
    if (this.frequency.length) return;
    this.counting ??= readCounts().then((counts) => this.take(counts));
    this.counting.catch(() => (this.counting = null));
    await this.counting;
  }

  private take({ frequency, records }: { frequency: Packed; records: Packed }): void {
    this.frequency = new Uint32Array(unpack(frequency));
    this.records = new Uint32Array(unpack(records));
  }

  /** How often an image was seen, and how many records lead to it. */
  async quantities(row: number): Promise<{ frequency: number; records: number }> {
    if (this.frequency.length) return { frequency: this.frequency[row]!, records: this.records[row]! };
    const records = await this.detail(row);
    return { frequency: records.reduce((sum, { frequency }) => sum + frequency, 0), records: records.length };
  }

  /** Read ids and labels, which nothing is drawn with; what is read stays. Of many images none is read. */
  readTexts(): Promise<void> {
    return this.named.readAll();
  }

  /** Read ids and labels of some images. */
  readTextsOf(rows: Iterable<number>): Promise<void> {
    return this.named.readOf(rows);
  }

  /** Whether id and label of an image are read, or those of all are to be. */
  knows(row: number): boolean {
    return this.named.knows(row);
  }

  /** Read the labels alone, which are searched; of many images they are not. */
  readLabels(): Promise<void> {
    return this.named.readLabels();
  }

  /** Find out which images have ids that begin so, before `rowOf` and `rows` are asked. */
  seek(beginnings: readonly string[]): Promise<void> {
    return this.named.seek(beginnings);
  }

  id(row: number): string {
    return this.named.id(row);
  }

  /** Rows of images by their ids, without those that are not there. */
  rows(ids: readonly string[]): number[] {
    return this.named.rows(ids);
  }

  /** The image whose id begins so; -1 for none. */
  rowOf(beginning: string): number {
    return this.named.rowOf(beginning);
  }

  /** What all images are called; none before the texts are read, or of many images. */
  get allLabels(): readonly string[] {
    return this.named.labels;
  }

  /** What an image is called; empty before the texts are read. */
  label(row: number): string {
    return this.named.label(row);
  }

  /** Whether an image is hidden, so that it has no picture. */
  isHidden(row: number): boolean {
    return this.hidden.has(row);
  }

  /** The address of an image's small picture: its file, or where there is none, the picture on the map. */
  picture(row: number): string | Promise<string> {
    return this.hasFiles ? pictureOf("pictures", this.id(row)) : this.cells.of(row);
  }

  /** Whether pictures have files of their own, beside the pages of the map. */
  get hasFiles(): boolean {
    return this.atlas.pictures !== "map" || isLive();
  }

  /** The column that says when a record is from; null where none does. */
  get date(): string | null {
    return this.atlas.date;
  }

  /** Whether the stored images are there, not only small pictures. */
  get hasStored(): boolean {
    return this.atlas.pictures === "image" || isLive();
  }

  /** The address of the largest picture of an image that is there. */
  largest(row: number): string | Promise<string> {
    return this.hasStored ? pictureOf("images", this.id(row)) : this.picture(row);
  }

  /** The file of the largest picture of an image, where `hasFiles`. */
  fileOf(row: number): string {
    return pictureOf(this.hasStored ? "images" : "pictures", this.id(row));
  }

  /** Which images are of one picture. */
  families(): Promise<Families> {
    this.related ??= Families.read(this);
    return this.related;
  }

  /** What was written on each map, by its name; nothing where the file is missing. */
  annotations(): Promise<AnnotationFile> {
    this.written ??= ifThere(readAnnotations()).then((file) => file ?? {});
    return this.written;
  }

  /** A map of the atlas, by number; its clusters are called as annotations call them. */
  chart(number: number): Promise<Chart> {
    return kept(this.charts, number, async () => {
      const [file, annotations] = await Promise.all([readMap(number), this.annotations()]);
      const chart = new Chart(number, file, this.atlas);
      const contents = annotations[chart.facts.name]?.map(({ content }) => content) ?? [];
      chart.rename(contents.filter(isClusterName));
      return chart;
    });
  }

  /** All tags of a backend, the most frequent first. */
  allTags(backend: number): Promise<Tag[]> {
    return kept(this.tags, backend, async () => {
      const file = await readTags(backend);
      const [images, firsts] = [new Uint32Array(unpack(file.images)), new Uint32Array(unpack(file.firsts))];
      const floors = new Uint8Array(unpack(file.floors));
      const counted = new Map(file.leasts.map((least, at) => [least, new Uint32Array(unpack(file.counted[at]!))]));
      let [part, first] = [-1, 0];
      const tags = file.labels.map((label, number): Tag => {
        if (firsts[part + 1] === number) [part, first] = [part + 1, 0];
        const tag = { label, backend, images: images[number]!, floor: floors[number]!, number, counted, part, first };
        first += tag.images;
        return tag;
      });
      return tags.sort((one, other) => other.images - one.images);
    });
  }

  /** The images that have a tag, by rising row. */
  async tagged({ backend, part, first, images }: Tag): Promise<Tagged> {
    const { rows, scores } = await kept(this.postings[backend]!, part, async () => unpacked(await readPostings(backend, part)));
    return { rows: summed(rows.subarray(first, first + images)), scores: scores.subarray(first, first + images) };
  }

  /**
   * The lowest score, of 255, with which a backend's tags count: that of a map made of them.
   *
   * @param chart the map that is meant if it is one of them; else the first that is.
   */
  least(backend: number, chart: Chart): number {
    const name = this.atlas.backends[backend];
    const map = [chart.facts, ...this.atlas.maps].find((facts) => facts.backend === name);
    return Math.round(255 * (map?.leastScore ?? LIKELY));
  }

  /** The score, of 255, from which on a tag of a backend counts. */
  countsFrom(tag: Tag, chart: Chart): number {
    return Math.max(this.least(tag.backend, chart), tag.floor);
  }

  /** How many images have a tag so that it counts. */
  imagesOf(tag: Tag, chart: Chart): number {
    return tag.counted.get(this.least(tag.backend, chart))?.[tag.number] ?? tag.images;
  }

  /** The numbers of some backends: of the one of that name, or of all. */
  backends(name: string): number[] {
    return [...this.atlas.backends.keys()].filter((number) => !name || this.atlas.backends[number] === name);
  }

  column(facts: ColumnFacts): Promise<Column> {
    return kept(this.columns, facts.file, async () => Column.read(facts, await readColumn(facts.file)));
  }

  /** The records that led to an image. */
  async detail(row: number): Promise<Detail[]> {
    return (await this.details.of(row)) ?? [];
  }

  /** The tags that a backend gave to an image, with scores. */
  async scores(backend: number, row: number): Promise<Scored[]> {
    return (await this.scored[backend]!.of(row)) ?? [];
  }

  /** What is near an image on a map; null where it is not on it. */
  async near(map: number, row: number): Promise<Near | null> {
    // Images that only later maps have are behind those that a map's files know.
    return row < this.atlas.maps[map]!.known ? ((await this.nearby[map]!.of(row)) ?? null) : null;
  }
}

/** The address of a picture of an image in a folder of the viewer. */
export function pictureOf(folder: "pictures" | "images", id: string): string {
  return `${folder}/${id.slice(0, 2)}/${id}.jpg`;
}

function unpacked({ rows, scores }: PostingsFile): Tagged {
  return { rows: unplaned(new Uint8Array(unpack(rows))), scores: new Uint8Array(unpack(scores)) };
}

/** Numbers of which each is what it is more than the one before. */
function summed(steps: Uint32Array): Uint32Array {
  const sums = new Uint32Array(steps.length);
  let sum = 0;
  for (let at = 0; at < steps.length; at++) sums[at] = sum += steps[at]!;
  return sums;
}
