/** Clusters as addresses name them, so that they are found again when their map was made again. */

import type { Chart } from "../data/chart";
import type { Model } from "../data/model";
import { shortId } from "./images";

export type Level = "cluster" | "subcluster";

/** The name that a cluster's tags give it, which no renaming changes, and an image that stands for it. */
export function clusterWords(model: Model, chart: Chart, level: Level, number: number): string[] {
  const facts = clustersOf(chart, level)[number];
  const [typical] = facts?.typical ?? [];
  return [facts?.automaticName ?? "", typical === undefined ? "" : shortId(model, typical)];
}

/** The number of a cluster: of that name, or the one that the image is in now; -1 for none. */
export function clusterNumber(model: Model, chart: Chart, level: Level, [name = "", image = ""]: readonly string[]): number {
  const clusters = clustersOf(chart, level);
  const named = (right: (each: { name: string; automaticName: string }) => boolean) =>
    clusters.findIndex((each) => each.images > 0 && right(each));
  const automatic = named((each) => each.automaticName === name);
  if (automatic >= 0) return automatic;
  const given = named((each) => each.name === name);
  if (given >= 0) return given;
  const row = image ? model.rowOf(image) : -1;
  const number = row < 0 || !chart.has(row) ? -1 : chart[level][row]!;
  return number < clusters.length ? number : -1;
}

function clustersOf(chart: Chart, level: Level) {
  return level === "cluster" ? chart.clusters : chart.subclusters;
}
