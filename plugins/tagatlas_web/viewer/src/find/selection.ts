/** The images that are chosen, and their records, as tables to take away. */

import type { Chart } from "../data/chart";
import { csv, type Cell } from "./csv";
import type { Model } from "../data/model";
import { inTime } from "../data/records";
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
  const listed = Array.from(rows);
  await Promise.all([model.readTextsOf(listed), model.readCounts(), ...charts.map((chart) => chart.reach(listed))]);
  const own = [
    "image", "label", "frequency", "records", ...(scores ? ["score"] : []),
    ...namesOf(charts, ["cluster", "subcluster", "x", "y"]),
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

/**
 * A row for each record of some images, with its address, the picture that it leads to and its kept columns.
 *
 * @param charts the maps whose clusters are named.
 * @param rows images by rising row, whose files are then read once.
 */
export async function recordsTable(model: Model, charts: readonly Chart[], rows: ArrayLike<number>): Promise<string> {
  const kept = model.atlas.columns.map(({ name }) => name);
  const own = ["image", "label", "copy", "address", "frequency", ...namesOf(charts, ["cluster", "subcluster"])];
  const table: Cell[][] = [[...own, ...freeNames(kept, own)]];
  await model.readTextsOf(Array.from(rows));
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const clusters = charts.flatMap((chart) => (chart.has(row) ? clustersOf(chart, row) : ["", ""]));
    for (const { copy, location, frequency, columns } of inTime(await model.detail(row))) {
      const values = kept.map((name) => columns[name] ?? "");
      table.push([model.id(row), model.label(row), copy, location, frequency, ...clusters, ...values]);
    }
  }
  return csv(table);
}

/** Names of columns of each map; where there are several maps, they say which. */
function namesOf(charts: readonly Chart[], names: readonly string[]): string[] {
  return charts.flatMap((chart) => {
    const where = charts.length > 1 ? ` (${chart.facts.name})` : "";
    return names.map((name) => name + where);
  });
}

function placed(chart: Chart, row: number): Cell[] {
  return [...clustersOf(chart, row), ...chart.places.centre(row)];
}

function clustersOf(chart: Chart, row: number): [cluster: string, subcluster: string] {
  const cluster = chart.clusters[chart.cluster[row]!]?.name ?? "";
  const subcluster = chart.subclusters[chart.subcluster[row]!]?.name ?? "";
  return [cluster, subcluster];
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
