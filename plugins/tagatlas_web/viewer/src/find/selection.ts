/** The images that are chosen, as a table to take away. */

import type { Chart } from "../data/chart";
import { csv, type Cell } from "./csv";
import type { Model } from "../data/model";
import { ranked, type Scores } from "./ranking";

/**
 * A row for each image, with its clusters and places on some maps, and all different values that
 * its records have in the kept columns.
 *
 * @param charts the maps; where there are several, columns say which map they are of.
 * @param scores how well images fit, where something was looked for: the best come first.
 */
export async function selectionTable(
  model: Model,
  charts: readonly Chart[],
  rows: ArrayLike<number>,
  scores: Scores | null = null,
): Promise<string> {
  const columns = await Promise.all(model.atlas.columns.map((facts) => model.column(facts)));
  const own = [
    "image", "label", "frequency", "records", ...(scores ? ["score"] : []),
    ...charts.flatMap((chart) => {
      const where = charts.length > 1 ? ` (${chart.facts.name})` : "";
      return ["cluster", "subcluster", "x", "y"].map((name) => name + where);
    }),
  ];
  const header = [...own, ...freeNames(columns.map(({ facts }) => facts.name), own)];
  const table = Array.from(scores ? ranked(rows, scores) : rows, (row): Cell[] => [
    model.id(row), model.label(row), model.frequency[row]!, model.records[row]!,
    ...(scores ? [Number(scores[row]!.toFixed(4))] : []),
    ...charts.flatMap((chart) => (chart.has(row) ? placed(chart, row) : ["", "", "", ""])),
    ...columns.map((column) => column.joined(row)),
  ]);
  return csv([header, ...table]);
}

function placed(chart: Chart, row: number): Cell[] {
  const cluster = chart.clusters[chart.cluster[row]!]?.name ?? "";
  const subcluster = chart.subclusters[chart.subcluster[row]!]?.name ?? "";
  return [cluster, subcluster, ...chart.places.centre(row)];
}

/** Names of kept columns that the table's own columns do not have. */
function freeNames(names: readonly string[], own: readonly string[]): string[] {
  const taken = new Set(own.map((name) => name.toLowerCase()));
  return names.map((name) => {
    let free = name;
    while (taken.has(free.toLowerCase())) free += " (kept)";
    taken.add(free.toLowerCase());
    return free;
  });
}
