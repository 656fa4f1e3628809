/** Values cut into bins, for numbers and for dates. */

export interface Scale {
  readonly bins: number;
  /** The bin of a value as it is written: the first or last for one beyond. */
  bin(value: string): number;
  /** The lowest value of a bin, as it is written. */
  low(bin: number): string;
  /** The highest value of a bin. */
  high(bin: number): string;
}

const MOST_BINS = 48;
const SKEWED = 1000;

/** Bins of equal width; of equal ratio where a few numbers are far larger than the others. */
export function numberScale(values: readonly number[]): Scale {
  const [low, high] = ends(values);
  const whole = values.every(Number.isInteger);
  if (low > 0 && high / low >= SKEWED) return ratioScale(low, high, whole);
  const step = whole ? Math.max(1, Math.ceil((high - low + 1) / MOST_BINS)) : (high - low) / MOST_BINS || 1;
  const bins = whole ? Math.ceil((high - low + 1) / step) : high > low ? MOST_BINS : 1;
  return {
    bins,
    bin: (value) => limited((Number(value) - low) / step, bins),
    low: (bin) => short(low + bin * step),
    high: (bin) => short(Math.min(low + (bin + 1) * step - (whole ? 1 : 0), high)),
  };
}

function ratioScale(low: number, high: number, whole: boolean): Scale {
  const step = Math.log(high / low) / MOST_BINS;
  const edge = (bin: number) => low * Math.exp(bin * step);
  return {
    bins: MOST_BINS,
    bin: (value) => limited(Math.log(Math.max(Number(value), low) / low) / step + 1e-9, MOST_BINS),
    low: (bin) => short(whole ? Math.ceil(edge(bin) - 1e-6) : edge(bin)),
    high: (bin) => short(bin + 1 === MOST_BINS ? high : whole ? Math.ceil(edge(bin + 1) - 1e-6) - 1 : edge(bin + 1)),
  };
}

type Unit = "year" | "month" | "day";

/** Bins of whole years, months or days: whatever the dates, as ISO 8601 writes them, tell. */
export function dateScale(values: readonly string[]): Scale {
  const longest = Math.max(...values.map((value) => value.length));
  const unit: Unit = longest <= 4 ? "year" : longest <= 7 ? "month" : "day";
  const [first, last] = ends(values.map((value) => toUnits(value, unit)));
  const step = Math.ceil((last - first + 1) / MOST_BINS);
  const bins = Math.ceil((last - first + 1) / step);
  return {
    bins,
    bin: (value) => limited((toUnits(value, unit) - first) / step, bins),
    low: (bin) => fromUnits(first + bin * step, unit),
    high: (bin) => fromUnits(Math.min(first + (bin + 1) * step - 1, last), unit),
  };
}

const DAY_MS = 86_400_000;

function toUnits(value: string, unit: Unit): number {
  const [year, month, day] = [value.slice(0, 4), value.slice(5, 7), value.slice(8, 10)].map(Number);
  if (unit === "year") return year || 0;
  if (unit === "month") return 12 * (year || 0) + (month || 1) - 1;
  return Math.floor(new Date(0).setUTCFullYear(year || 0, (month || 1) - 1, day || 1) / DAY_MS);
}

function fromUnits(units: number, unit: Unit): string {
  if (unit === "year") return String(units).padStart(4, "0");
  if (unit === "day") return new Date(units * DAY_MS).toISOString().slice(0, 10);
  return `${String(Math.floor(units / 12)).padStart(4, "0")}-${String((units % 12) + 1).padStart(2, "0")}`;
}

function ends(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

function limited(bin: number, bins: number): number {
  return Math.min(Math.max(Math.floor(bin) || 0, 0), bins - 1);
}

function short(value: number): string {
  return String(Number(value.toPrecision(8)));
}
