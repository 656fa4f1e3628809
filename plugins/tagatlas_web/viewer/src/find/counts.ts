/** How many chosen images are in each cluster of a map. */

import type { Chart } from "../data/chart";

export interface Counts {
  /** Of the whole map. */
  readonly images: number;
  readonly clusters: Uint32Array;
  readonly subclusters: Uint32Array;
}

/** @param chosen rows of images; those that are not on the map do not count. */
export function countIn(chart: Chart, chosen: ArrayLike<number>): Counts {
  const clusters = new Uint32Array(chart.clusters.length);
  const subclusters = new Uint32Array(chart.subclusters.length);
  let images = 0;
  for (let at = 0; at < chosen.length; at++) {
    const row = chosen[at]!;
    if (!chart.has(row)) continue;
    images++;
    // Images in no cluster have a number beyond all, which a typed array leaves out.
    clusters[chart.cluster[row]!]!++;
    subclusters[chart.subcluster[row]!]!++;
  }
  return { images, clusters, subclusters };
}

/** "12 of 47"; without a selection the number alone. */
export function ofAll(chosen: number | undefined, all: number, plain: (number: number) => string): string {
  return chosen === undefined ? plain(all) : `${plain(chosen)} of ${plain(all)}`;
}
