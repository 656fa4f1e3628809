/** One map of the atlas: where the images are on it, and what its clusters are. */

import { Boxes } from "./boxes";
import { unpack, type AtlasFile, type Cluster, type MapFacts, type MapFile } from "./data";
import { namesIn, type ClusterName } from "./naming";

const NO_CLUSTER = 65535;

export class Chart {
  readonly facts: MapFacts;
  /** x, y, width and height of each image; width and height are 0 of those that are not on it. */
  readonly boxes: Float32Array;
  readonly cluster: Uint16Array;
  readonly subcluster: Int32Array;
  readonly places: Boxes;
  /** The middle of each sub-cluster: x and y. */
  readonly middles: readonly (readonly [number, number])[];
  /** As they are called now. */
  clusters: MapFile["clusters"];
  subclusters: Cluster[];

  constructor(
    readonly number: number,
    readonly file: MapFile,
    atlas: AtlasFile,
  ) {
    this.facts = atlas.maps[number]!;
    // Images that only later maps have are behind those that this one knows.
    this.boxes = new Float32Array(4 * atlas.images);
    this.boxes.set(new Float32Array(unpack(file.boxes)));
    this.cluster = new Uint16Array(atlas.images).fill(NO_CLUSTER);
    this.cluster.set(new Uint16Array(unpack(file.cluster)));
    this.subcluster = new Int32Array(atlas.images).fill(-1);
    this.subcluster.set(new Int32Array(unpack(file.subcluster)));
    this.places = new Boxes(this.boxes, file.bounds);
    this.middles = this.findMiddles();
    this.clusters = file.clusters;
    this.subclusters = file.subclusters;
  }

  /** Whether an image is on the map. */
  has(row: number): boolean {
    return this.boxes[4 * row + 2]! > 0;
  }

  /** Call clusters as annotations do; those that no annotation names get their plain names. */
  rename(names: readonly ClusterName[]): void {
    const { clusters, subclusters } = this.file;
    const called = namesIn(clusters, names, "cluster", new Set());
    const below = namesIn(subclusters, names, "subcluster", new Set(called));
    this.clusters = clusters.map((cluster, row) => ({ ...cluster, name: called[row]! }));
    this.subclusters = subclusters.map((cluster, row) => ({ ...cluster, name: below[row]! }));
  }

  private findMiddles(): [number, number][] {
    const sums = this.file.subclusters.map(() => [0, 0, 0]);
    this.subcluster.forEach((number, row) => {
      const sum = sums[number];
      if (!sum) return;
      sum[0]! += this.boxes[4 * row]!;
      sum[1]! += this.boxes[4 * row + 1]!;
      sum[2]!++;
    });
    return sums.map(([x, y, images]) => [x! / Math.max(images!, 1), y! / Math.max(images!, 1)]);
  }
}
