/** Numbers and moments cut into bins. */

import { endsOf, unitOf } from "../looks/dates";

export interface Scale {
  readonly bins: number;
  /** What a bin is, for the axis: "month", "10"; empty where bins differ. */
  readonly each: string;
  /** The bin of a number or moment: the first or last for one beyond. */
  bin(key: number): number;
  /** The lowest value of a bin, as it is written in a field. */
  low(bin: number): string;
  /** The highest value of a bin. */
  high(bin: number): string;
}

const MOST_BINS = 48;
const SKEWED = 1000;
/** Of a place in an empty bin: so many are never thousands with dots. */
const DIGITS = 15;

/** Bins of equal width; of equal ratio where a few numbers are far larger than the others. */
export function numberScale(keys: Float64Array): Scale {
  const [low, high] = endsOf(keys);
  if (low > 0 && high / low >= SKEWED) {
    const [from, step] = [Math.log(low), (Math.log(high) - Math.log(low)) / MOST_BINS];
    const place = (key: number) => (Math.log(key) - from) / step + 1e-9;
    return filledScale(keys, MOST_BINS, place, (bin) => Math.exp(from + bin * step));
  }
  const whole = [low, high].every(Number.isSafeInteger) && keys.every((key) => Number.isInteger(key) || Number.isNaN(key));
  if (whole) return wholeScale(low, high);
  const step = high / MOST_BINS - low / MOST_BINS || 1; // the difference of two numbers may be too large for one
  const at = (bin: number) => low * (1 - bin / MOST_BINS) + high * (bin / MOST_BINS);
  return filledScale(keys, high > low ? MOST_BINS : 1, (key) => key / step - low / step, at);
}

function wholeScale(low: number, high: number): Scale {
  const step = Math.max(1, Math.ceil((high - low + 1) / MOST_BINS));
  const bins = Math.ceil((high - low + 1) / step);
  return {
    bins,
    each: step > 1 ? String(step) : "",
    bin: (key) => limited((key - low) / step, bins),
    low: (bin) => String(low + bin * step),
    high: (bin) => String(Math.min(low + (bin + 1) * step - 1, high)),
  };
}

/**
 * Bins that begin and end with the values in them, so that a range from one to another holds what their bars do.
 *
 * @param place of a number, in bins. @param at the number at a place.
 */
function filledScale(keys: Float64Array, bins: number, place: (key: number) => number, at: (place: number) => number): Scale {
  const [lows, highs] = [new Float64Array(bins).fill(Infinity), new Float64Array(bins).fill(-Infinity)];
  const bin = (key: number) => limited(place(key), bins);
  for (const key of keys) {
    if (Number.isNaN(key)) continue;
    const own = bin(key);
    lows[own] = Math.min(lows[own]!, key);
    highs[own] = Math.max(highs[own]!, key);
  }
  // An empty one is at its middle, which is in no other.
  const end = (values: Float64Array) => (bin: number) => (Number.isFinite(values[bin]!) ? String(values[bin]) : at(bin + 0.5).toPrecision(DIGITS));
  return { bins, each: "", bin, low: end(lows), high: end(highs) };
}

/** Bins of whole units of the calendar. */
export function dateScale(keys: Float64Array): Scale {
  const unit = unitOf(keys, MOST_BINS);
  const [first, last] = endsOf(keys).map(unit.at) as [number, number];
  const bins = last - first + 1;
  return {
    bins,
    each: unit.each,
    bin: (key) => limited(unit.at(key) - first, bins),
    low: (bin) => unit.low(first + bin),
    high: (bin) => unit.high(first + bin),
  };
}

function limited(bin: number, bins: number): number {
  return Math.min(Math.max(Math.floor(bin) || 0, 0), bins - 1);
}
