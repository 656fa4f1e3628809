/** Images in other places than on their map: along time, or by two numbers. */

import type { Bounds } from "../map/camera";
import { endsOf, unitFor, unitOf, type Unit } from "./dates";
import { numberTexts, roundNumbers } from "./ticks";

/** A place along an axis, and what stands there. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Axis {
  readonly title: string;
  /** What stands along a part of the axis, in the arrangement's units; at most about so many. */
  ticks(from: number, to: number, most: number): Tick[];
}

export interface Places {
  /** x, y, width and height of each image; width and height are 0 of those that have no place. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** With room for axes. */
  readonly bounds: Bounds;
  /** Where axes meet, to the left of all images and below them. */
  readonly corner: readonly [x: number, y: number];
  readonly across: Axis | null;
  readonly up: Axis | null;
}

/** Of the room of a cell, for its image. */
const FILLED = 0.92;
const MOST_BINS = 60;
/** Width of the whole for its height. */
export const RATIO = 1.7;
/** Cells between two bins. */
const APART = 0.6;
/** Height of a scatter plot for the square root of its images, in images. */
const SPREAD = 1.7;
const SKEWED = 1000;
/** Room for an axis, as a share of the whole. */
const AXIS = 0.08;

/**
 * Images stacked by units of the calendar, the earliest at the lower left of each.
 *
 * @param boxes of the images on the map, for their shapes; of those without a width there are none.
 * @param moments of each image, NaN for none.
 */
export function timeline(boxes: Float32Array, moments: Float64Array, title: string): Places {
  const rows = placed(boxes, moments);
  const [first, last] = ends(rows, moments);
  const unit = unitOf(Float64Array.from(rows, (row) => moments[row]!), MOST_BINS);
  const start = unit.at(first);
  const bins: number[][] = Array.from({ length: rows.length ? unit.at(last) - start + 1 : 1 }, () => []);
  for (const row of rows) bins[unit.at(moments[row]!) - start]!.push(row);
  const most = Math.max(...bins.map(({ length }) => length), 1);
  const wide = Math.max(1, Math.round(Math.sqrt((most * RATIO) / bins.length)));
  const made = new Float32Array(boxes.length);
  bins.forEach((bin, number) => {
    bin.sort((one, other) => moments[one]! - moments[other]! || one - other);
    bin.forEach((row, at) => {
      put(made, boxes, row, number * (wide + APART) + (at % wide) + 0.5, Math.floor(at / wide) + 0.5, 1, 1);
    });
  });
  const across = timeAxis(title, unit, start, bins.length, wide);
  const [width, height] = [bins.length * (wide + APART), Math.ceil(most / wide)];
  const bounds: Bounds = [-APART, -AXIS * height, width, height];
  return { boxes: made, bounds, corner: [-APART, 0], across, up: null };
}

function timeAxis(title: string, unit: Unit, start: number, bins: number, wide: number): Axis {
  const step = wide + APART;
  const ticks = (from: number, to: number, most: number): Tick[] => {
    const [low, high] = [Math.max(Math.floor(from / step), 0), Math.min(Math.ceil(to / step), bins - 1)];
    const each = Math.max(1, Math.ceil((high - low + 1) / Math.max(most, 1)));
    const first = Math.ceil(low / each) * each; // the same ones while one moves along
    const numbers = Array.from({ length: Math.max(Math.floor((high - first) / each) + 1, 0) }, (_, at) => first + at * each);
    return numbers.map((number) => ({ at: number * step + wide / 2, text: unit.low(start + number) }));
  };
  return { title: unit.each === "year" || unit.each === "month" || unit.each === "day" ? title : `${title}, ${unit.each} each`, ticks };
}

/** What is measured along an axis. */
export interface Measure {
  readonly title: string;
  /** Of each image, NaN for none; of dates the moments. */
  readonly values: Float64Array;
  readonly isDate: boolean;
}

/** Images by two numbers each: a plain scatter plot, of which the longer sides are equal. */
export function scatter(boxes: Float32Array, across: Measure, up: Measure): Places {
  const rows = placed(boxes, across.values).filter((row) => Number.isFinite(up.values[row]!));
  const height = Math.max(SPREAD * Math.sqrt(rows.length), 2);
  const width = height * RATIO;
  const x = scaleOf(across, rows, width);
  const y = scaleOf(up, rows, height);
  const made = new Float32Array(boxes.length);
  for (const row of rows) put(made, boxes, row, x.place(across.values[row]!), y.place(up.values[row]!), 1, 1);
  const bounds: Bounds = [-0.6 - AXIS * width, -0.6 - AXIS * height, width + 0.6, height + 0.6];
  return { boxes: made, bounds, corner: [-0.6, -0.6], across: x.axis, up: y.axis };
}

interface AxisScale {
  place(value: number): number;
  axis: Axis;
}

/** Equal lengths for equal differences; for equal ratios where a few numbers are far larger than others. */
function scaleOf({ title, values, isDate }: Measure, rows: readonly number[], length: number): AxisScale {
  const [low, high] = ends(rows, values);
  const isRatio = !isDate && low > 0 && high / low >= SKEWED;
  const [bent, straight] = isRatio ? [Math.log10, (each: number) => 10 ** each] : [same, same];
  const [from, to] = high > low ? [bent(low), bent(high)] : [bent(low) - 0.5, bent(low) + 0.5];
  const finest = isDate ? unitOf(Float64Array.from(rows, (row) => values[row]!), Infinity) : null;
  const place = (value: number) => ((bent(value) - from) / (to - from)) * length;
  const value = (at: number) => straight(from + (at / length) * (to - from));
  const ticks = (begin: number, end: number, most: number): Tick[] => {
    const [first, last] = [value(Math.max(begin, 0)), value(Math.min(end, length))];
    if (!(last >= first)) return [];
    if (finest) return datesBetween(first, last, most, finest).map(({ at, text }) => ({ at: place(at), text }));
    const numbers = isRatio && last / first >= 20 ? powers(first, last, most) : roundNumbers(first, last, most);
    const texts = numberTexts(numbers);
    return numbers.map((number, at) => ({ at: place(number), text: texts[at]! }));
  };
  return { place, axis: { title: isRatio ? `${title} (in equal ratios)` : title, ticks } };
}

function datesBetween(first: number, last: number, most: number, finest: Unit): Tick[] {
  const unit = unitFor(first, last, Math.max(most, 1), finest);
  const [low, high] = [unit.at(first), unit.at(last)];
  const units = Array.from({ length: high - low + 1 }, (_, at) => low + at);
  return units.map((each) => ({ at: unit.start(each), text: unit.name(each) })).filter(({ at }) => at >= first && at <= last);
}

function powers(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const each = Math.max(1, Math.ceil((last - first + 1) / Math.max(most, 1)));
  return Array.from({ length: Math.max(Math.floor((last - first) / each) + 1, 0) }, (_, at) => 10 ** (first + at * each));
}

/** Put an image into a cell, as large as it fits. */
export function put(made: Float32Array, boxes: Float32Array, row: number, x: number, y: number, wide: number, high: number): void {
  const [width, height] = [boxes[4 * row + 2]!, boxes[4 * row + 3]!];
  const scale = FILLED * Math.min(wide / width, high / height);
  made.set([x, y, width * scale, height * scale], 4 * row);
}

/** Images of the map that have a value. */
export function placed(boxes: Float32Array, values: Float64Array | null): number[] {
  const rows: number[] = [];
  for (let row = 0; row < boxes.length / 4; row++) {
    if (boxes[4 * row + 2]! > 0 && (!values || Number.isFinite(values[row]!))) rows.push(row);
  }
  return rows;
}

function ends(rows: readonly number[], values: Float64Array): [number, number] {
  return endsOf(rows.map((row) => values[row]!));
}

function same(each: number): number {
  return each;
}
