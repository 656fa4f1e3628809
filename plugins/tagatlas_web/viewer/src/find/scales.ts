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

/** Bins of equal width; of equal ratio where a few numbers are far larger than the others. */
export function numberScale(keys: Float64Array): Scale {
  const [low, high] = endsOf(keys);
  const whole = keys.every((key) => Number.isInteger(key) || Number.isNaN(key));
  if (low > 0 && high / low >= SKEWED) return ratioScale(low, high, whole);
  const step = whole ? Math.max(1, Math.ceil((high - low + 1) / MOST_BINS)) : (high - low) / MOST_BINS || 1;
  const bins = whole ? Math.ceil((high - low + 1) / step) : high > low ? MOST_BINS : 1;
  return {
    bins,
    each: whole && step > 1 ? String(step) : "",
    bin: (key) => limited((key - low) / step, bins),
    low: (bin) => (bin ? short(low + bin * step) : String(low)),
    high: (bin) => (bin === bins - 1 ? String(high) : short(low + (bin + 1) * step - (whole ? 1 : 0))),
  };
}

function ratioScale(low: number, high: number, whole: boolean): Scale {
  const step = Math.log(high / low) / MOST_BINS;
  const edge = (bin: number) => low * Math.exp(bin * step);
  const up = (bin: number) => Math.ceil(edge(bin) - 1e-6);
  return {
    bins: MOST_BINS,
    each: "",
    bin: (key) => limited(Math.log(Math.max(key, low) / low) / step + 1e-9, MOST_BINS),
    low: (bin) => (bin ? short(whole ? up(bin) : edge(bin)) : String(low)),
    high: (bin) => (bin + 1 === MOST_BINS ? String(high) : short(whole ? Math.max(up(bin + 1) - 1, low) : edge(bin + 1))),
  };
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

/** Whole numbers stay as they are. */
function short(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}
