/** What is named on a map: its clusters, the parts of these, and its tags. */

import type { Chart } from "../data/chart";
import type { Name } from "./names";

/** Names of all clusters and sub-clusters that have images. */
export function clusterNames(chart: Chart): Name[] {
  const { clusters, subclusters, middles, file } = chart;
  const width = file.bounds[2] - file.bounds[0];
  const names: Name[] = [];
  clusters.forEach(({ name, x, y, colour, share, images }, number) => {
    if (!images) return;
    names.push({ text: name, x, y, colour, number, kind: "cluster", extent: width * Math.sqrt(share), weight: 1e9 + images });
  });
  subclusters.forEach(({ name, share, images, cluster }, number) => {
    if (!images) return;
    const [x, y] = middles[number]!;
    const colour = clusters[cluster]?.colour ?? "";
    names.push({ text: name, x, y, colour, number, kind: "subcluster", extent: width * Math.sqrt(share), weight: 1e8 + images });
  });
  return names;
}

/** Names of tags at their places. @param linked numbers of tags that stand out. @param all or only those. */
export function tagNames({ file }: Chart, linked: ReadonlySet<number>, all: boolean): Name[] {
  return file.nodes.flatMap(({ label, x, y, size, images }, number) => {
    const isLinked = linked.has(number);
    if (!isLinked && !all) return [];
    const [extent, weight] = isLinked ? [Infinity, 2e9] : [size, images];
    return [{ text: label, x, y, colour: "", number, kind: "tag" as const, extent, weight }];
  });
}
