/** Dates as numbers of days, and bins of whole units of the calendar. */

const DAY_MS = 86_400_000;

export interface Unit {
  /** How many there are from a fixed point until a day. */
  at(days: number): number;
  /** The day on which one begins. */
  start(unit: number): number;
  name(unit: number): string;
}

/** Years, several of them, or months, several of them. */
function months(each: number): Unit {
  const parts = (days: number) => new Date(days * DAY_MS);
  const start = (unit: number) => new Date(0).setUTCFullYear(Math.floor((unit * each) / 12), modulo(unit * each, 12), 1) / DAY_MS;
  return {
    at: (days) => Math.floor((12 * parts(days).getUTCFullYear() + parts(days).getUTCMonth()) / each),
    start,
    name: (unit) => {
      const [first, last] = [unit * each, (unit + 1) * each - 1];
      if (each === 1) return monthName(first);
      if (each < 12) return `${monthName(first)} to ${String(modulo(last, 12) + 1).padStart(2, "0")}`;
      if (each === 12) return yearName(first / 12);
      return each === 120 ? `${yearName(first / 12)}s` : `${yearName(first / 12)}–${yearName((last - 11) / 12)}`;
    },
  };
}

const DAY: Unit = {
  at: Math.floor,
  start: (unit) => unit,
  name: (unit) => new Date(unit * DAY_MS).toISOString().replace(/T.*/, ""),
};

/** From the finest on. */
const UNITS: readonly Unit[] = [DAY, ...[1, 3, 12, 24, 60, 120, 300, 600, 1200, 6000, 12_000].map(months)];

/** The finest unit of which there are at most so many from the first to the last day. */
export function unitFor(first: number, last: number, most: number): Unit {
  return UNITS.find((unit) => unit.at(last) - unit.at(first) < most) ?? UNITS.at(-1)!;
}

function monthName(month: number): string {
  return `${yearName(Math.floor(month / 12))}-${String(modulo(month, 12) + 1).padStart(2, "0")}`;
}

function yearName(year: number): string {
  return year < 0 ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
}

function modulo(number: number, by: number): number {
  return ((number % by) + by) % by;
}
