/** Numbers and moments cut into bins. */

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
const DAY_MS = 86_400_000;

/** Bins of equal width; of equal ratio where a few numbers are far larger than the others. */
export function numberScale(keys: Float64Array): Scale {
  const [low, high] = ends(keys);
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

type Unit = "year" | "month" | "day" | "hour" | "minute";

/** Bins of whole years, months, days, hours or minutes: whatever the dates tell. */
export function dateScale(keys: Float64Array): Scale {
  const known = keys.filter((key) => !Number.isNaN(key));
  const unit = unitOf(known);
  const [first, last] = ends(known.map((key) => toUnits(key, unit)));
  const step = Math.ceil((last - first + 1) / MOST_BINS);
  const bins = Math.ceil((last - first + 1) / step);
  return {
    bins,
    each: step > 1 ? `${step} ${unit}s` : unit,
    bin: (key) => limited((toUnits(key, unit) - first) / step, bins),
    low: (bin) => fromUnits(first + bin * step, unit),
    high: (bin) => fromUnits(Math.min(first + (bin + 1) * step - 1, last), unit),
  };
}

/** The coarsest unit of which all dates are a beginning, or one of which not too many are in a bin. */
function unitOf(keys: Float64Array): Unit {
  const [low, high] = ends(keys);
  const dates = keys.every((key) => key % DAY_MS === 0);
  let unit: Unit = dates ? "day" : "minute";
  if (dates && keys.every((key) => new Date(key).getUTCDate() === 1)) {
    unit = keys.every((key) => new Date(key).getUTCMonth() === 0) ? "year" : "month";
  }
  while (unit !== "year" && toUnits(high, unit) - toUnits(low, unit) > MOST_BINS * IN_BIN[unit]) unit = COARSER[unit];
  return unit;
}

/** How many of a unit are in a bin at most, and what comes after it. */
const IN_BIN = { minute: 30, hour: 12, day: 14, month: 6 };
const COARSER: Record<keyof typeof IN_BIN, Unit> = { minute: "hour", hour: "day", day: "month", month: "year" };

const LENGTHS = { day: DAY_MS, hour: DAY_MS / 24, minute: 60_000 };

function toUnits(key: number, unit: Unit): number {
  if (unit !== "year" && unit !== "month") return Math.floor(key / LENGTHS[unit]);
  const date = new Date(key);
  return unit === "year" ? date.getUTCFullYear() : 12 * date.getUTCFullYear() + date.getUTCMonth();
}

function fromUnits(units: number, unit: Unit): string {
  if (unit === "year") return String(units).padStart(4, "0");
  if (unit === "month") return `${fromUnits(Math.floor(units / 12), "year")}-${String((units % 12) + 1).padStart(2, "0")}`;
  const written = new Date(units * LENGTHS[unit]).toISOString();
  return unit === "day" ? written.slice(0, 10) : written.slice(0, 16).replace("T", " ");
}

function ends(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) if (!Number.isNaN(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

function limited(bin: number, bins: number): number {
  return Math.min(Math.max(Math.floor(bin) || 0, 0), bins - 1);
}

/** Whole numbers stay as they are. */
function short(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}
