/** Conditions made from what an address says. */

import type { Chart } from "../data/chart";
import { numberColumn, type Column } from "../data/column";
import type { Model } from "../data/model";
import type { Condition } from "../find/conditions";
import { among, between, containing, inCluster, inSubcluster, ofRows, surrounded, tagged, unread } from "../find/kinds";
import { searchByMeaning } from "../find/meaning";
import { readDate, readNumber, Refusal, type Span } from "../find/parse";
import type { Scores } from "../find/ranking";
import { Search } from "../find/search";
import { ofClass } from "../looks/looks";
import { arrangedBy, colouringBy } from "../looks/measures";
import { numbersOf, termOf, type Term } from "./address";
import { clusterNumber, type Level } from "./clusters";

const LONGEST_RING = 400;

interface Circumstances {
  readonly model: Model;
  /** The map that is worked with: a tag counts as it counts there. */
  readonly chart: Chart;
  /** Different for each condition. */
  readonly number: number;
}

/** Makes a condition from the words after the kind of a term; null where what it needs is not there. */
type Maker = (at: Circumstances, words: readonly string[]) => Promise<Condition | null>;

const MAKERS: Readonly<Record<string, Maker>> = {
  search: async ({ model, chart, number }, [text = "", backend = "", from = "", wider = ""]) => {
    if (!text || !isBackend(model, backend)) return null;
    const found = await new Search(model).find({ text, backend, chart, open: Boolean(wider) }, () => true);
    const scores = Float32Array.from(found!.scores, (score) => score / 255);
    return cut(["search", text, backend, from, ...(wider ? [wider] : [])], backend && ` (${backend})`, scores, found!.counted, number);
  },

  meaning: async ({ model, number }, [text = "", , from = ""]) => {
    const found = text ? await searchByMeaning(model, text) : "";
    if (typeof found === "string") return null;
    return cut(["meaning", text, "", from], " by meaning", found.scores, found.counted, number);
  },

  tag: async ({ model, chart }, [label = "", least = "", backend = ""]) => {
    const score = least ? numberFrom(least) : null;
    if (!label || (least && score === null) || !isBackend(model, backend)) return null;
    return tagged(model, chart, label, score === null ? null : Math.min(Math.max(score, 0), 1), backend);
  },

  cluster: ({ model }, words) => clustered(model, "cluster", words),
  subcluster: ({ model }, words) => clustered(model, "subcluster", words),

  seen: async ({ model }, [low = "", high = ""]) => {
    await model.readCounts();
    return ranged(numberColumn("Frequency", model.frequency), low, high);
  },

  range: async ({ model }, [name = "", low = "", high = ""]) => {
    const column = await columnOf(model, name);
    return column?.keys ? ranged(column, low, high) : null;
  },

  is: async ({ model }, [name = "", ...values]) => {
    const column = values.length ? await columnOf(model, name) : null;
    return column && among(column, values);
  },

  has: async ({ model }, [name = "", text = ""]) => {
    const column = text ? await columnOf(model, name) : null;
    return column && containing(column, text);
  },

  odd: async ({ model }, [name = ""]) => {
    const column = await columnOf(model, name);
    return column?.keys ? unread(column) : null;
  },

  coloured: async ({ model }, [text = "", label = ""]) => {
    const term = termOf(text);
    const colouring = term && (await colouringBy(model, term));
    const at = colouring?.classes.findIndex((each) => each.label === label) ?? -1;
    return colouring && at >= 0 ? ofClass(model, colouring, at) : null;
  },

  ring: async ({ model, number }, [map = "", points = "", words = "", ...arrangement]) => {
    const [chart, ring] = [await chartOf(model, map), numbersOf(points)];
    if (!chart || !ring || ring.length < 6 || ring.length % 2 || ring.length > LONGEST_RING) return null;
    const arranged = arrangement.length ? await arrangedBy(model, chart, arrangement) : null;
    if (arrangement.length && !arranged) return null;
    const places = arranged ? chart.placed(arranged) : chart;
    const said = words === "in view" ? words : "drawn around";
    const made = await surrounded(model, places, ring, said, () => false);
    return { ...made, key: `${made.key} ${number}` };
  },

  images: async ({ model }, [ids = ""]) => {
    const wanted = ids.split(",");
    await model.seek(wanted);
    const rows = wanted.map((id) => model.rowOf(id)).filter((row) => row >= 0);
    const lacking = wanted.length - rows.length;
    const words = lacking ? `of a list, without ${lacking} that are not here` : "of a list";
    return rows.length ? ofRows("images", words, model.count, rows, ["images", ids]) : null;
  },
};

/** Whether an address can say what a condition asks for. */
export function canSay([kind = ""]: Term): boolean {
  return Object.hasOwn(MAKERS, kind);
}

/**
 * The condition that a term says; null where it, or what it needs, is not known here.
 *
 * @param chart the map that is worked with.
 * @param number different for each condition.
 */
export async function conditionOf(model: Model, chart: Chart, [kind = "", ...words]: Term, number: number): Promise<Condition | null> {
  return Object.hasOwn(MAKERS, kind) ? MAKERS[kind]!({ model, chart, number }, words) : null;
}

/** What a search found, from a score on; as it counts by itself where none is given. */
function cut(term: Term, by: string, scores: Scores, counted: Uint8Array, number: number): Condition | null {
  const [, text = "", , from = ""] = term;
  const least = from ? numberFrom(from) : null;
  if (from && least === null) return null;
  const holds = least === null ? counted : Uint8Array.from(counted, (_, row) => Number(scores[row] !== 0 && scores[row]! >= least));
  return { key: `search again ${number}`, kind: "search", words: `“${text}”${by}${from && ` from ${from}`}`, holds, scores, term };
}

async function clustered(model: Model, level: Level, [map = "", ...words]: readonly string[]): Promise<Condition | null> {
  const chart = await chartOf(model, map);
  await model.seek(words.slice(1));
  const number = chart ? clusterNumber(model, chart, level, words) : -1;
  return chart && number >= 0 ? (level === "cluster" ? inCluster : inSubcluster)(model, chart, number) : null;
}

function ranged(column: Column, low: string, high: string): Condition | null {
  const end = (text: string): Span | Refusal | null => {
    if (!text) return null;
    return column.facts.kind === "date" ? readDate(text) : readNumber(text, false);
  };
  const [first, last] = [end(low), end(high)];
  if (first instanceof Refusal || last instanceof Refusal || (!first && !last)) return null;
  return between(column, first, last);
}

async function columnOf(model: Model, name: string): Promise<Column | null> {
  const facts = model.atlas.columns.find((each) => each.name === name);
  return facts ? model.column(facts) : null;
}

async function chartOf(model: Model, name: string): Promise<Chart | null> {
  const number = model.atlas.maps.findIndex((each) => each.name === name);
  return number < 0 ? null : model.chart(number);
}

function isBackend(model: Model, name: string): boolean {
  return !name || model.atlas.backends.includes(name);
}

function numberFrom(text: string): number | null {
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : null;
}
