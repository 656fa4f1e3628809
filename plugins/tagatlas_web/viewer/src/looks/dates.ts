/** Bins of whole units of the calendar, for moments: ms since 1970, in UTC. */

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970 began on a Thursday; weeks begin on Mondays. */
const MONDAY_MS = -3 * DAY_MS;

export interface Unit {
  /** What one is: `month`, `3 months`. */
  readonly each: string;
  /** How many there are from a fixed point until a moment. */
  at(moment: number): number;
  /** The moment at which one begins. */
  start(unit: number): number;
  name(unit: number): string;
  /** Its first and last minute, day, month or year, as a date is typed. */
  low(unit: number): string;
  high(unit: number): string;
}

/** Years, several of them, or months, several of them. */
function months(each: number): Unit {
  const written = each % 12 ? monthName : (month: number) => yearName(Math.floor(month / 12));
  const low = (unit: number) => written(unit * each);
  const high = (unit: number) => written((unit + 1) * each - 1);
  return {
    each: each % 12 ? plural(each, "month") : plural(each / 12, "year"),
    at: (moment) => Math.floor(monthOf(moment) / each),
    start: (unit) => new Date(0).setUTCFullYear(Math.floor((unit * each) / 12), modulo(unit * each, 12), 1),
    name: (unit) => {
      if (low(unit) === high(unit)) return low(unit);
      if (each < 12) return `${low(unit)} to ${high(unit).slice(-2)}`;
      return each === 120 ? `${low(unit)}s` : `${low(unit)}–${high(unit)}`;
    },
    low,
    high,
  };
}

/** Days or weeks. */
function days(each: number): Unit {
  const origin = each > 1 ? MONDAY_MS : 0;
  const start = (unit: number) => origin + unit * each * DAY_MS;
  const written = (moment: number) => new Date(moment).toISOString().replace(/T.*/, "");
  const [low, high] = [(unit: number) => written(start(unit)), (unit: number) => written(start(unit + 1) - DAY_MS)];
  return {
    each: each > 1 ? "week" : "day",
    at: (moment) => Math.floor((moment - origin) / (each * DAY_MS)),
    start,
    name: (unit) => (each > 1 ? `${low(unit)} to ${high(unit).slice(-5)}` : low(unit)),
    low,
    high,
  };
}

/** Minutes, several of them, or hours, several of them. */
function minutes(each: number): Unit {
  const length = each * MINUTE_MS;
  const start = (unit: number) => unit * length;
  const written = (moment: number) => new Date(moment).toISOString().replace("T", " ").replace(/:\d\d\.\d*Z$/, "");
  return {
    each: each < 60 ? plural(each, "minute") : plural(each / 60, "hour"),
    at: (moment) => Math.floor(moment / length),
    start,
    name: (unit) => written(start(unit)),
    low: (unit) => written(start(unit)),
    high: (unit) => written(start(unit + 1) - MINUTE_MS),
  };
}

/** From the finest on. */
const UNITS: readonly Unit[] = [
  ...[1, 5, 15, 60, 360].map(minutes),
  ...[1, 7].map(days),
  ...[1, 3, 12, 24, 60, 120, 300, 600, 1200, 6000, 12_000].map(months),
];

/**
 * The finest unit of which there are at most so many from the first to the last of some moments.
 *
 * None is finer than what the moments tell: where all are days, months or years, they are in bins of these.
 *
 * @param moments NaN for none.
 */
export function unitOf(moments: Float64Array, most: number): Unit {
  const finest = UNITS.find((unit) => unit.each === toldBy(moments))!;
  const [first, last] = endsOf(moments);
  return unitFor(first, last, most, finest);
}

/** The finest unit, from one on, of which there are at most so many from the first to the last moment. */
export function unitFor(first: number, last: number, most: number, finest: Unit = UNITS[0]!): Unit {
  const units = UNITS.slice(UNITS.indexOf(finest));
  return units.find((unit) => unit.at(last) - unit.at(first) < most) ?? UNITS.at(-1)!;
}

function toldBy(moments: Float64Array): string {
  const all = (right: (moment: Date) => boolean) => moments.every((each) => Number.isNaN(each) || right(new Date(each)));
  if (!all((date) => date.getTime() % DAY_MS === 0)) return "minute";
  if (!all((date) => date.getUTCDate() === 1)) return "day";
  return all((date) => date.getUTCMonth() === 0) ? "year" : "month";
}

/** The least and the greatest of some numbers; twice 0 where there are none. */
export function endsOf(numbers: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const each of numbers) if (!Number.isNaN(each)) [low, high] = [Math.min(low, each), Math.max(high, each)];
  return low <= high ? [low, high] : [0, 0];
}

function monthOf(moment: number): number {
  const date = new Date(moment);
  return 12 * date.getUTCFullYear() + date.getUTCMonth();
}

function monthName(month: number): string {
  return `${yearName(Math.floor(month / 12))}-${String(modulo(month, 12) + 1).padStart(2, "0")}`;
}

function yearName(year: number): string {
  return year < 0 ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
}

function plural(count: number, unit: string): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

function modulo(number: number, by: number): number {
  return ((number % by) + by) % by;
}
