/** One map of the atlas: where the images are on it, and what its clusters are. */

import { Boxes, type Places } from "./boxes";
import { Division } from "./division";
import { readPlaces, unpack, type AtlasFile, type Cluster, type MapFacts, type MapFile, type Packed, type Runs } from "./files";
import { namesIn, type ClusterName } from "./naming";
import { fillRuns, placesOf } from "./packed";
import { Tiles } from "./tiles";
import type { Arranged } from "../looks/measures";

const NO_CLUSTER = 65535;
const TYPICAL = 6;
/** Colours of clusters that were made here, until the map is made again. */
const MADE = ["#945ad6", "#138585", "#d43298", "#8b760f"];

interface Tally {
  rows: number[];
  frequency: number;
  records: number;
}

export class Chart {
  readonly facts: MapFacts;
  /** x, y, width and height of each image; width and height are 0 of those that are not on it. */
  readonly boxes: Float32Array;
  readonly cluster: Uint16Array;
  readonly subcluster: Int32Array;
  /** The clusters of images as the file has them. */
  private readonly before: { cluster: Uint16Array; subcluster: Int32Array };
  readonly places: Places;
  /** The map in tiles, where it is cut into some; null where all is read. */
  readonly tiles: Tiles | null;
  /** The middle of each sub-cluster: x and y. */
  readonly middles: readonly (readonly [number, number])[];
  /** The map itself, where this is one whose images are in other places. */
  readonly home: Chart = this;
  /** Those places, or null on the map itself. */
  readonly arranged: Arranged | null = null;
  /** As they are called now. */
  clusters: MapFile["clusters"];
  subclusters: Cluster[];
  /** As they are called without annotations; a cluster without images is none any more. */
  plain: MapFile["clusters"];
  plainParts: Cluster[];
  private painted: readonly string[] | null = null;

  constructor(
    readonly number: number,
    readonly file: MapFile,
    atlas: AtlasFile,
  ) {
    this.facts = atlas.maps[number]!;
    this.tiles = tilesOf(number, file, atlas);
    // Images that only later maps have are behind those that this one knows.
    this.boxes = this.tiles?.boxes ?? new Float32Array(4 * atlas.images);
    if (file.boxes) this.boxes.set(placesOf(file.boxes));
    this.cluster = new Uint16Array(atlas.images).fill(NO_CLUSTER);
    fill(this.cluster, file.cluster, (packed) => new Uint16Array(unpack(packed)));
    this.subcluster = new Int32Array(atlas.images).fill(-1);
    fill(this.subcluster, file.subcluster, (packed) => new Int32Array(unpack(packed)));
    this.before = { cluster: this.cluster.slice(), subcluster: this.subcluster.slice() };
    this.places = this.tiles ?? new Boxes(this.boxes, file.bounds);
    this.middles = this.findMiddles();
    this.clusters = this.plain = file.clusters;
    this.subclusters = this.plainParts = file.subclusters;
  }

  /** Whether an image is on the map. */
  has(row: number): boolean {
    return this.tiles !== null || this.boxes[4 * row + 2]! > 0;
  }

  /** Images that are near each other are every so manieth where rough places are enough. */
  get step(): number {
    return this.tiles?.block ?? 1;
  }

  /** Read where images are exactly; of a map that is not in tiles that is known. */
  async reach(rows: ArrayLike<number>): Promise<void> {
    await this.tiles?.reach(rows);
  }

  /** The same map with its images in other places: clusters and their names stay those of the map. */
  placed(arranged: Arranged): Chart {
    const file = { ...this.file, bounds: [...arranged.bounds], outlines: [], nodes: [] };
    const places = new Boxes(arranged.boxes, arranged.bounds);
    const own = { arranged, file, places, boxes: arranged.boxes };
    return Object.create(this.home, Object.getOwnPropertyDescriptors(own)) as Chart;
  }

  /** Call clusters as annotations do; those that no annotation names get their plain names. */
  rename(names: readonly ClusterName[]): void {
    const { plain: clusters, plainParts: subclusters } = this;
    const called = namesIn(clusters, names, "cluster", new Set());
    const below = namesIn(subclusters, names, "subcluster", new Set(called));
    this.clusters = clusters.map((cluster, row) => ({ ...cluster, name: called[row]!, colour: this.painted?.[row] ?? cluster.colour }));
    this.subclusters = subclusters.map((cluster, row) => ({ ...cluster, name: below[row]! }));
  }

  /** Give clusters other colours; null gives them their own. */
  paint(colours: readonly string[] | null): void {
    this.painted = colours;
    this.clusters = this.clusters.map((cluster, row) => ({ ...cluster, colour: colours?.[row] ?? this.plain[row]!.colour }));
  }

  /** Begin to change clusters, from what the file has. */
  division(): Division {
    return new Division(this.before.cluster.slice(), this.file.clusters.length);
  }

  /** Put images into the clusters of a division, and count them. */
  regroup(division: Division, counted: { frequency: ArrayLike<number>; records: ArrayLike<number> }): void {
    const { clusters, subclusters } = this.file;
    this.cluster.set(division.cluster);
    this.subcluster.set(this.before.subcluster);
    this.before.cluster.forEach((number, row) => {
      if (division.home(number) !== division.cluster[row]) this.subcluster[row] = -1;
    });
    const tallies = tally(this.cluster, clusters.length + division.made.length, counted);
    const parts = tally(this.subcluster, subclusters.length, counted);
    const made = division.made.map((name, at) => this.madeOf(name, clusters.length + at, tallies[clusters.length + at]!.rows));
    this.plain = [...clusters, ...made].map((facts, number) => ({
      ...facts,
      ...this.counts(tallies[number]!, facts.typical),
      colour: made[division.home(number) - clusters.length]?.colour ?? clusters[division.home(number)]?.colour ?? facts.colour,
      stability: division.isSteady(number) ? facts.stability : null,
    }));
    this.plainParts = subclusters.map((facts, number) => ({
      ...facts,
      ...this.counts(parts[number]!, facts.typical),
      cluster: division.home(facts.cluster),
    }));
  }

  private madeOf(name: string, number: number, rows: readonly number[]): MapFile["clusters"][number] {
    const places = rows.map((row) => this.places.centre(row));
    const middle = (axis: 0 | 1) => places.map((place) => place[axis]).sort((one, other) => one - other)[places.length >> 1] ?? 0;
    const [across, up] = [middle(0), middle(1)];
    const away = ([x, y]: readonly [number, number]) => Math.hypot(x - across, y - up);
    const [x, y] = places.reduce((best, place) => (away(place) < away(best) ? place : best), places[0] ?? [0, 0]);
    const none = { tags: [], images: 0, records: 0, frequency: 0, share: 0, stability: null, typical: [] };
    const colour = MADE[number % MADE.length]!;
    return { name, automaticName: name, cluster: number, ...none, x, y, colour };
  }

  private counts({ rows, frequency, records }: Tally, typical: readonly number[]): Partial<Cluster> & Pick<Cluster, "images"> {
    const own = new Set(rows);
    const left = typical.filter((row) => own.has(row));
    const shown = left.length ? left : rows.slice(0, TYPICAL);
    return { images: rows.length, frequency, records, share: rows.length / Math.max(this.facts.images, 1), typical: shown };
  }

  private findMiddles(): [number, number][] {
    const sums = this.file.subclusters.map(() => [0, 0, 0]);
    for (let row = 0; sums.length && row < this.subcluster.length; row += this.step) {
      const sum = sums[this.subcluster[row]!];
      if (!sum) continue;
      const [x, y] = this.places.centre(row);
      sum[0]! += x;
      sum[1]! += y;
      sum[2]!++;
    }
    return sums.map(([x, y, images]) => [x! / Math.max(images!, 1), y! / Math.max(images!, 1)]);
  }
}

function tilesOf(number: number, { blocks, sides }: MapFile, { images, tiles }: AtlasFile): Tiles | null {
  if (!tiles || !blocks || !sides) return null;
  return new Tiles({ images, tile: tiles.rows, block: tiles.block, blocks, sides }, (tile) => readPlaces(number, tile));
}

function fill<Numbers extends Int32Array | Uint16Array>(numbers: Numbers, content: Packed | Runs, read: (packed: Packed) => Numbers): void {
  if (typeof content === "string") numbers.set(read(content));
  else fillRuns(numbers, content);
}

/** The images of so many clusters, and how often they were seen. */
function tally(
  of: ArrayLike<number>,
  clusters: number,
  counted: { frequency: ArrayLike<number>; records: ArrayLike<number> },
): Tally[] {
  const tallies = Array.from({ length: clusters }, (): Tally => ({ rows: [], frequency: 0, records: 0 }));
  for (let row = 0; row < of.length; row++) {
    const own = tallies[of[row]!];
    if (!own) continue;
    own.rows.push(row);
    own.frequency += counted.frequency[row]!;
    own.records += counted.records[row]!;
  }
  return tallies;
}
