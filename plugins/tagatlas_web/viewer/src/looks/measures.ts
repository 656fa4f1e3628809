/** What images are arranged or coloured by, read from the model. */

import type { Chart } from "../data/chart";
import type { Column } from "../data/column";
import type { Model } from "../data/model";
import { count } from "../elements";
import { joined, type Term } from "../address/address";
import { scatter, timeline, type Measure, type Places } from "./arrangement";
import { byNumber, byText, type Classes } from "./classes";
import { wall } from "./wall";

/** An arrangement of the images of a map, and how an address says it. */
export interface Arranged extends Places {
  readonly term: Term;
  readonly title: string;
  /** How many images of the map have no place in it. */
  readonly lacking: number;
}

/** What images are coloured by, and how an address says it. */
export interface Colouring extends Classes {
  readonly term: Term;
  readonly title: string;
}

/** Names of what is measured of every image, unless a column is called so. */
const COUNTS = { "times seen": "frequency", records: "records" } as const;
const SCORES = 255;
/** The class of images whose records differ in what colours them. */
const SEVERAL = "several values";

/** What two of make a scatter plot. */
export function measures(model: Model): string[] {
  const { columns } = model.atlas;
  const measured = columns.filter(({ kind }) => kind !== "text").map(({ name }) => name);
  return [...measured, ...Object.keys(COUNTS).filter((name) => !columns.some((each) => each.name === name))];
}

export function dates(model: Model): string[] {
  return model.atlas.columns.filter(({ kind }) => kind === "date").map(({ name }) => name);
}

/** The arrangement that a term says; null where there is none like that. */
export async function arrangedBy(model: Model, chart: Chart, term: Term): Promise<Arranged | null> {
  const [kind, first = "", second = ""] = term;
  const { boxes } = chart.home;
  if (kind === "wall") return arranged(chart, term, "Wall", wall(boxes));
  const across = await measure(model, first);
  if (kind === "timeline" && across?.isDate) {
    return arranged(chart, term, `Timeline by ${across.title}`, timeline(boxes, across.values, across.title));
  }
  const up = kind === "scatter" ? await measure(model, second) : null;
  return across && up && arranged(chart, term, `${across.title} and ${up.title}`, scatter(boxes, across, up));
}

function arranged(chart: Chart, term: Term, title: string, places: Places): Arranged {
  let lacking = chart.facts.images;
  for (let box = 2; box < places.boxes.length; box += 4) lacking -= Number(places.boxes[box]! > 0);
  const without = lacking ? ` · ${count(lacking, "image")} without a value not shown` : "";
  const across = places.across && { ...places.across, title: `${places.across.title}${without}` };
  return { term, title, lacking, ...places, across };
}

/** The numbers of a column, or of what is counted of every image. */
async function measure(model: Model, name: string): Promise<Measure | null> {
  const facts = model.atlas.columns.find((each) => each.name === name);
  if (facts?.kind === "text") return null;
  if (facts) {
    const column = await model.column(facts);
    const isDate = facts.kind === "date";
    // What is read off the axis is true of one record of each image: which, it says.
    const which = column.hasSeveral ? (isDate ? " (earliest)" : " (lowest)") : "";
    return { title: name + which, values: lowest(column), isDate };
  }
  if (!isCount(name)) return null;
  return { title: name, values: Float64Array.from(model[COUNTS[name]]), isDate: false };
}

/** What a term says to colour images by; null where there is nothing like that. */
export async function colouringBy(model: Model, term: Term): Promise<Colouring | null> {
  const [kind, name = "", backend = ""] = term;
  if (kind === "tag") return name ? coloured(term, await scoresOf(model, name, backend)) : null;
  if (kind === "clusters") {
    const number = model.atlas.maps.findIndex((each) => each.name === name);
    if (number < 0) return null;
    const { clusters, cluster } = await model.chart(number);
    const classes = Int32Array.from(cluster, (each) => (each < clusters.length ? each : -1));
    return coloured(term, byText(clusters.map((each) => each.name), classes));
  }
  if (kind !== "column") return null;
  const found = await measure(model, name);
  if (found) return { term, title: found.title, ...byNumber(found.values, found.isDate) };
  const facts = model.atlas.columns.find((each) => each.name === name);
  if (!facts) return null;
  const column = await model.column(facts);
  return coloured(term, byText([...column.values, SEVERAL], column.single()));
}

function coloured(term: Term, classes: Classes): Colouring {
  const [kind, name = "", backend] = term;
  const title = kind === "tag" ? `score of ${name}${backend ? ` by ${backend}` : ""}` : kind === "clusters" ? `clusters of ${name}` : name;
  return { term, title, ...classes };
}

/** Classes by the score of a tag of one backend, or the highest of all. */
async function scoresOf(model: Model, label: string, backend: string): Promise<Classes> {
  const scores = new Float64Array(model.count).fill(NaN);
  for (const number of model.backends(backend)) {
    for (const tag of await model.allTags(number)) {
      if (tag.label !== label) continue;
      const { rows, scores: own } = await model.tagged(tag);
      rows.forEach((row, at) => {
        scores[row] = Math.max(scores[row] || 0, Math.round((100 * own[at]!) / SCORES) / 100);
      });
    }
  }
  return byNumber(scores, false);
}

/** A key for a condition on a class of a colouring. */
export function classTerm(colouring: Colouring, at: number): Term {
  return ["coloured", joined(colouring.term), colouring.classes[at]?.label ?? ""];
}

function isCount(name: string): name is keyof typeof COUNTS {
  return Object.hasOwn(COUNTS, name);
}

/** The lowest number, or the first moment, of all values of each image; NaN where there is none. */
function lowest({ keys, starts, of }: Column): Float64Array {
  const values = new Float64Array(starts.length - 1).fill(NaN);
  for (let row = 0; row < values.length; row++) {
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const value = keys![of[at]!]!;
      if (!(value >= values[row]!)) values[row] = Number.isNaN(value) ? values[row]! : value;
    }
  }
  return values;
}
