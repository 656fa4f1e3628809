/** Values put into few classes, each with a colour of its own. */

import { unitOf } from "./dates";
import { cleaned, numberTexts, roundStep } from "./ticks";

export interface Class {
  readonly label: string;
  /** `#rrggbb`. */
  readonly colour: string;
}

export interface Classes {
  readonly classes: readonly Class[];
  /** Class of each image, -1 for none. */
  readonly of: Int16Array;
}

/** Any two differ for readers with each kind of colour vision: the first of tagatlas_rendering/palette.py. */
export const HUES: readonly string[] = [
  "#b75307", "#27d0f4", "#632d95", "#b8ca3f", "#8258c0", "#0b6a70", "#932704", "#689ef9", "#97a108", "#dd6bb2",
];
/** Of all further values, and of images without one. */
export const OTHER = "#8b8f94";
/**
 * From low to high in even steps of perception: viridis, N. Smith & S. van der Walt, 2015.
 */
const RAMP: readonly string[] = [
  "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
];
const MOST_CLASSES = 8;
/** A class with more than that share of all says too little about the others. */
const LARGEST_SHARE = 0.7;

/** Classes of texts: the most frequent values, then all others. Values are given by number; -1 for none. */
export function byText(values: readonly string[], of: ArrayLike<number>): Classes {
  const counts = new Uint32Array(values.length);
  for (let row = 0; row < of.length; row++) if (of[row]! >= 0) counts[of[row]!]!++;
  const there = [...values.keys()].filter((value) => values[value] !== "" && counts[value]);
  there.sort((one, other) => counts[other]! - counts[one]! || (values[one]! < values[other]! ? -1 : 1));
  const first = there.slice(0, HUES.length);
  const rest = there.length - first.length;
  const classOf = new Int16Array(values.length).fill(-1);
  there.forEach((value, rank) => (classOf[value] = Math.min(rank, HUES.length)));
  const classes: Class[] = first.map((value, rank) => ({ label: values[value]!, colour: HUES[rank]! }));
  if (rest) classes.push({ label: `${rest} other value${rest === 1 ? "" : "s"}`, colour: OTHER });
  return { classes, of: Int16Array.from(of as ArrayLike<number>, (value) => classOf[value] ?? -1) };
}

/** Classes of numbers, or of moments: of equal width, or else of about equally many images. */
export function byNumber(values: Float64Array, isDate: boolean): Classes {
  const known = values.filter(Number.isFinite).sort();
  if (!known.length) return { classes: [], of: new Int16Array(values.length).fill(-1) };
  const even = isDate ? dateEdges(known) : evenEdges(known);
  const edges = largestShare(known, even.edges) <= LARGEST_SHARE || isDate ? even.edges : equalEdges(known);
  const labels = edges === even.edges ? even.labels : rangeLabels(edges, known);
  const classes = labels.map((label, at) => ({ label, colour: ramp(at, labels.length) }));
  return { classes, of: Int16Array.from(values, (value) => (Number.isFinite(value) ? above(edges, value) : -1)) };
}

/** Where classes begin, of equal width between round numbers. */
function evenEdges(known: Float64Array): { edges: number[]; labels: string[] } {
  const [low, high] = [known[0]!, known.at(-1)!];
  const isWhole = known.every(Number.isInteger);
  const step = Math.max(roundStep(high - low || 1, MOST_CLASSES - 1), isWhole ? 1 : 0);
  const first = Math.floor(low / step + 1e-9);
  const edges = Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => cleaned((first + at) * step));
  return { edges, labels: rangeLabels(edges, known) };
}

function dateEdges(known: Float64Array): { edges: number[]; labels: string[] } {
  const [low, high] = [known[0]!, known.at(-1)!];
  const unit = unitOf(known, MOST_CLASSES);
  const units = Array.from({ length: unit.at(high) - unit.at(low) + 1 }, (_, at) => unit.at(low) + at);
  return { edges: units.map((each) => unit.start(each)), labels: units.map((each) => unit.name(each)) };
}

/** Where classes of about equally many begin; equal values are in one class. */
function equalEdges(known: Float64Array): number[] {
  const places = Array.from({ length: MOST_CLASSES }, (_, at) => known[Math.floor((at * known.length) / MOST_CLASSES)]!);
  const edges = [...new Set(places)];
  // Most may have the lowest value: the others are no class of theirs then.
  const next = known.find((value) => value > edges[0]!);
  if (edges.length === 1 && next !== undefined) edges.push(next);
  return edges;
}

function rangeLabels(edges: readonly number[], known: Float64Array): string[] {
  const isWhole = known.every(Number.isInteger) && edges.every(Number.isInteger);
  const lasts = edges.map((_, at) => {
    const next = edges[at + 1];
    return next === undefined ? known.at(-1)! : isWhole ? next - 1 : next;
  });
  const texts = numberTexts([...edges, ...lasts]);
  return edges.map((edge, at) => {
    const [from, to] = [texts[at]!, texts[edges.length + at]!];
    if (lasts[at] === edge) return from;
    return isWhole || at === edges.length - 1 ? `${from} to ${to}` : `${from} to under ${to}`;
  });
}

function largestShare(known: Float64Array, edges: readonly number[]): number {
  const counts = new Uint32Array(edges.length);
  for (const value of known) counts[above(edges, value)]!++;
  return Math.max(...counts) / known.length;
}

/** The last edge that is not above a value; the first of one below all. */
function above(edges: readonly number[], value: number): number {
  let at = edges.length - 1;
  while (at > 0 && edges[at]! > value) at--;
  return at;
}

/** A colour of the ramp: the first and the last of several are its ends, but for the lightest. */
function ramp(at: number, count: number): string {
  const place = (count > 1 ? at / (count - 1) : 0.5) * (RAMP.length - 1.6);
  const [low, part] = [Math.floor(place), place % 1];
  const [one, other] = [RAMP[low]!, RAMP[Math.min(low + 1, RAMP.length - 1)]!].map(channels) as [number[], number[]];
  return `#${one.map((each, channel) => Math.round(each + (other[channel]! - each) * part).toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
