/** The pictures by which names find their places: all of them, or evenly chosen ones of many. */

import type { Chart } from "../data/chart";
import { Boxes } from "../data/boxes";
import { unpack } from "../data/files";
import { Ring } from "./ring";

/** Instead of a number: the picture is far from the main pieces of its cluster, where no name of it belongs. */
export const FAR = -1;

export type Level = "cluster" | "subcluster";

export class Pictures {
  readonly places: Boxes;
  /** For each picture the number of its cluster and of its sub-cluster, or `FAR`. */
  readonly owners: Record<Level, Int32Array>;
  private readonly members: Record<Level, Map<number, number[]>>;

  /** @param step every how manieth image counts; each cluster's images are counted by themselves. */
  constructor(chart: Chart, step: number) {
    const rows = chosen(chart, Math.max(step, chart.step));
    const boxes = new Float32Array(4 * rows.length);
    const times = Math.sqrt(chart.step); // one stands for its block
    rows.forEach((row, at) => boxes.set([...chart.places.centre(row), ...chart.places.size(row).map((side) => times * side)], 4 * at));
    this.places = new Boxes(boxes, chart.file.bounds);
    const clusters = owners(chart, rows);
    const parts = Int32Array.from(rows, (row, at) => (clusters[at] === FAR ? FAR : chart.subcluster[row]!));
    this.owners = { cluster: clusters, subcluster: parts };
    this.members = { cluster: grouped(clusters), subcluster: grouped(parts) };
  }

  get count(): number {
    return this.places.count;
  }

  /** The pictures of a cluster's main pieces. */
  of(level: Level, number: number): readonly number[] {
    return this.members[level].get(number) ?? [];
  }
}

/** Rows of images on the map: of each cluster the first, and then every one after `step`. */
function chosen(chart: Chart, step: number): number[] {
  const rows: number[] = [];
  const seen = new Map<number, number>();
  for (let row = 0; row < chart.cluster.length; row++) {
    if (!chart.has(row)) continue;
    const before = seen.get(chart.cluster[row]!) ?? 0;
    seen.set(chart.cluster[row]!, before + 1);
    if (before % step === 0) rows.push(row);
  }
  return rows;
}

/** The cluster of each row, `FAR` where others of it are in its main pieces and this one is not. */
function owners(chart: Chart, rows: readonly number[]): Int32Array {
  const rings = new Map<number, Ring[]>();
  for (const { cluster, main, ring } of chart.file.outlines) {
    if (main) rings.set(cluster, [...(rings.get(cluster) ?? []), new Ring(new Float32Array(unpack(ring)))]);
  }
  const near = rows.map((row) => {
    const [x, y] = chart.places.centre(row);
    return rings.get(chart.cluster[row]!)?.some((ring) => ring.holds(x, y)) ?? false;
  });
  const hasMain = new Set(rows.flatMap((row, at) => (near[at] ? chart.cluster[row]! : [])));
  return Int32Array.from(rows, (row, at) => {
    const cluster = chart.cluster[row]!;
    return near[at] || !hasMain.has(cluster) ? cluster : FAR;
  });
}

function grouped(owners: Int32Array): Map<number, number[]> {
  const members = new Map<number, number[]>();
  owners.forEach((owner, at) => {
    const own = members.get(owner);
    if (own) own.push(at);
    else members.set(owner, [at]);
  });
  return members;
}
