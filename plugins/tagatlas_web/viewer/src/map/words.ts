/** What is named on a map: its clusters, the parts of these, and its tags. */

import type { Chart } from "../data/chart";
import type { Name } from "./names";

/** Names of all clusters and sub-clusters that have images; clusters come first. */
export function clusterNames(chart: Chart): Name[] {
  const { clusters, subclusters, middles, file } = chart;
  const width = file.bounds[2] - file.bounds[0];
  const most = Math.max(...clusters.map(({ share }) => share), 1e-9);
  const names: Name[] = [];
  clusters.forEach(({ name, x, y, colour, share, images }, number) => {
    if (!images) return;
    const extent = width * Math.sqrt(share);
    const plain = chart.plain[number]!.name;
    names.push({ text: name, plain, x, y, colour, number, kind: "cluster", extent, weight: 1e9 + images, rank: Math.sqrt(share / most) });
  });
  subclusters.forEach(({ name, share, images, cluster }, number) => {
    if (!images) return;
    const [x, y] = middles[number]!;
    const extent = width * Math.sqrt(share);
    const plain = chart.plainParts[number]!.name;
    const colour = clusters[cluster]?.colour ?? "";
    names.push({ text: name, plain, x, y, colour, number, kind: "subcluster", extent, weight: images, rank: 0 });
  });
  return names;
}

/** Names of all tags of a map, at their places. */
export function tagNames({ file }: Chart): Name[] {
  return file.nodes.map(({ label, x, y, size, images }, number) => {
    return { text: label, plain: label, x, y, colour: "", number, kind: "tag", extent: size, weight: images, rank: 0 };
  });
}
