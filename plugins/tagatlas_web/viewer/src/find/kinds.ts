/** The conditions that there are. */

import { numbersIn, type Term } from "../address/address";
import { clusterWords } from "../address/clusters";
import { shortId } from "../address/images";
import type { Chart } from "../data/chart";
import type { Column } from "../data/column";
import type { ColumnFacts } from "../data/files";
import type { Model } from "../data/model";
import { folded } from "../data/texts";
import { inSlices } from "../data/slices";
import { Ring } from "../map/ring";
import type { Condition } from "./conditions";
import type { Span } from "./parse";
import { ofOne } from "./ranking";
import { tagHits } from "./tagged";

const SHOWN_VALUES = 4;
/** Lists of images up to this length are in addresses. */
const LISTED = 30;
/** Points of rings are exact to that part of the map's width there. */
const RING_PARTS = 20_000;

/** @param images how many there are. */
export function ofRows(
  key: string,
  words: string,
  images: number,
  rows: Iterable<number>,
  term: Term = [key],
): Condition {
  const holds = new Uint8Array(images);
  for (const row of rows) holds[row] = 1;
  return { key, kind: key, words, holds, term };
}

/** Images that were listed elsewhere. */
export function listed(model: Model, key: string, words: string, rows: readonly number[]): Condition {
  const ids = rows.slice(0, LISTED).map((row) => shortId(model, row));
  return ofRows(key, words, model.count, rows, rows.length > LISTED ? [key] : ["images", ids.join(",")]);
}

/**
 * Images that were surrounded on a map, or in an arrangement of it.
 *
 * @param points of the ring: x and y in map units, in turn.
 * @param taken whether the key is that of another surrounding, which stays.
 */
export async function surrounded(
  model: Model,
  chart: Chart,
  points: readonly number[],
  words: string,
  taken: (key: string) => boolean,
): Promise<Condition> {
  await chart.tiles?.reachRing(points);
  const ring = new Ring(points);
  const rows: number[] = [];
  const { tiles } = chart;
  for (let first = 0, end = 0; first < model.count; first = end) {
    // A block whose tile is not read is within or without as a whole.
    end = !tiles || tiles.isThere(tiles.tileOf(first)) ? first + 1 : Math.min(first + tiles.block, model.count);
    if (!chart.has(first) || !ring.holds(...chart.places.centre(first))) continue;
    for (let row = first; row < end; row++) rows.push(row);
  }
  let number = 1;
  while (taken(`surrounded ${number}`)) number++;
  const made = ofRows(`surrounded ${number}`, number > 1 ? `${words} (${number})` : words, model.count, rows);
  const [left, , right] = chart.file.bounds;
  const written = numbersIn(points, right - left, RING_PARTS);
  const term = ["ring", chart.facts.name, written, words, ...(chart.arranged?.term ?? [])];
  return { ...made, kind: "surrounded", term };
}

export function inCluster(model: Model, chart: Chart, number: number): Condition {
  return ofCluster(model, chart, "cluster", number, chart.clusters[number]?.name ?? "");
}

export function inSubcluster(model: Model, chart: Chart, number: number): Condition {
  return ofCluster(model, chart, "subcluster", number, chart.subclusters[number]?.name ?? "");
}

function ofCluster(
  model: Model,
  chart: Chart,
  level: "cluster" | "subcluster",
  number: number,
  name: string,
): Condition {
  const { atlas, count } = model;
  const holds = new Uint8Array(count);
  const of = chart[level];
  for (let row = 0; row < count; row++) holds[row] = Number(of[row] === number);
  const where = atlas.maps.length > 1 ? ` on ${chart.facts.name}` : "";
  const kind = clusterKind(chart);
  const term = [level, chart.facts.name, ...clusterWords(model, chart, level, number)];
  return { key: `${kind} ${level} ${number}`, kind, words: `in ${name}${where}`, holds, term };
}

/** What conditions of a map's clusters are. */
export function clusterKind(chart: Chart): string {
  return `cluster ${chart.number}`;
}

/**
 * Images with a tag of that label by a backend, or by any.
 *
 * @param chart the map on which it must count.
 * @param least the lowest score, in [0, 1], that counts; null for that which counted on the map.
 */
export async function tagged(
  model: Model,
  chart: Chart,
  label: string,
  least: number | null = null,
  backend = "",
): Promise<Condition> {
  const hits = await tagHits(model, label, chart, model.backends(backend), least);
  const by = backend ? ` by ${backend}` : "";
  const from = least === null ? "" : ` from ${least}`;
  const key = `tag ${folded(label)} ${backend}`;
  return {
    key,
    kind: key,
    words: `${label}${by}${from}`,
    holds: hits?.counted ?? new Uint8Array(model.count),
    term: ["tag", label, least === null ? "" : String(least), backend],
    ...(hits && { scores: ofOne(hits.scores) }),
  };
}

/** Images one of whose numbers or dates lies between two; null leaves an end open. */
export function between(column: Column, low: Span | null, high: Span | null): Condition {
  const { facts, keys } = column;
  const [least, most] = [low?.first ?? -Infinity, high?.last ?? Infinity];
  const right = new Uint8Array(column.values.length);
  // A value that is no number or date is not between any.
  keys?.forEach((key, at) => (right[at] = Number(key >= least && key <= most)));
  const ends = [low?.words ?? "", high?.words ?? ""] as const;
  const isSeen = facts.file < 0;
  const words = isSeen ? `seen ${range(...ends)} times` : `${facts.name} ${range(...ends)}`;
  const term = isSeen ? ["seen", ...ends] : ["range", facts.name, ...ends];
  const key = rangeKey(facts);
  return { key, kind: key, words, holds: column.holds(right), term };
}

/** Images one of whose values is one of some; an empty one is for images without a value. */
export function among(column: Column, values: readonly string[]): Condition {
  const right = new Uint8Array(column.values.length);
  for (const place of column.places(values)) right[place] = 1;
  const holds = column.holds(right);
  if (values.includes("")) column.lacking().forEach((lacks, row) => (holds[row]! |= lacks));
  const named = values.slice(0, SHOWN_VALUES).map((value) => value || "no value");
  const more = values.length > SHOWN_VALUES ? [`${values.length - SHOWN_VALUES} more`] : [];
  const key = valuesKey(column.facts);
  const words = `${column.facts.name}: ${[...named, ...more].join(" or ")}`;
  return { key, kind: key, words, holds, term: ["is", column.facts.name, ...values] };
}

/** Images in one of whose values a text occurs, in whatever case. */
export async function containing(column: Column, text: string): Promise<Condition> {
  const wanted = folded(text);
  const right = new Uint8Array(column.values.length);
  await inSlices(right.length, (at) => (right[at] = Number(folded(column.values[at]!).includes(wanted))));
  const key = textKey(column.facts);
  const words = `${column.facts.name} contains “${text}”`;
  return { key, kind: key, words, holds: column.holds(right), term: ["has", column.facts.name, text] };
}

/** Images that have values of a column, none of which is a number or date. */
export function unread(column: Column): Condition {
  const right = new Uint8Array(column.values.length);
  column.keys?.forEach((key, at) => (right[at] = Number(Number.isNaN(key))));
  const key = `unread ${column.facts.file}`;
  const words = `${column.facts.name} is no ${column.facts.kind}`;
  return { key, kind: key, words, holds: column.holds(right), term: ["odd", column.facts.name] };
}

export function rangeKey(facts: ColumnFacts): string {
  return `range ${facts.file}`;
}

export function valuesKey(facts: ColumnFacts): string {
  return `values ${facts.file}`;
}

export function textKey(facts: ColumnFacts): string {
  return `text ${facts.file}`;
}

function range(low: string, high: string): string {
  if (!low) return `up to ${high}`;
  if (low === high) return low;
  return high ? `from ${low} to ${high}` : `from ${low}`;
}
