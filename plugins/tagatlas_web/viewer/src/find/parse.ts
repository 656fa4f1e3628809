/** What people type as a number or a date: understood, or refused with a reason. */

/** From the first to the last number, or moment in ms since 1970, that a text means; and how it was understood. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly words: string;
}

/** Why a text is not understood. */
export class Refusal {
  constructor(readonly reason: string) {}
}

const ENGLISH = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const CONTINENTAL = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?,\d+$/;
const SPACES = /(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))/g;
const DOTTED_THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/;

/** @param whole whether all numbers there are whole, so that none is written with decimals. */
export function readNumber(text: string, whole: boolean): Span | Refusal {
  const plain = text.normalize("NFKC").trim().replace("\u2212", "-").replaceAll(SPACES, "");
  const dots = plain.replaceAll(".", "");
  if (DOTTED_THOUSANDS.test(plain)) {
    if (plain.split(".").length > 2) return number(Number(dots));
    if (whole) return new Refusal(`“${text}” can be ${dots} or ${Number(plain)}: write one of these`);
  }
  if (!/\d/.test(plain)) return new Refusal(`“${text}” is no number`);
  if (ENGLISH.test(plain)) return number(Number(plain.replaceAll(",", "")));
  if (CONTINENTAL.test(plain)) return number(Number(dots.replace(",", ".")));
  return new Refusal(`“${text}” is no number`);
}

function number(value: number): Span | Refusal {
  if (!Number.isFinite(value)) return new Refusal("that number is too large");
  return { first: value, last: value, words: String(value) };
}

// A zone is read over: times count as they are written, as those of the columns do.
const ISO =
  /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?)?)?$/;
const DOTTED = /^(?:(\d{1,2})\.\s*)?(\d{1,2})\.\s*(\d{4})$/;
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const INSTEAD = "write 2016-03-01, 2016-03 or 2016";

/** A date or a part of one: it means all of that year, month, day, minute or second. */
export function readDate(text: string): Span | Refusal {
  const plain = text.normalize("NFKC").trim();
  const iso = ISO.exec(plain);
  if (iso) return span(text, iso.slice(1).flatMap((part) => (part === undefined ? [] : [Number(part)])));
  const dotted = DOTTED.exec(plain);
  if (dotted) {
    const [, day, month, year] = dotted;
    return span(text, day === undefined ? [Number(year), Number(month)] : [Number(year), Number(month), Number(day)]);
  }
  const slashed = SLASHED.exec(plain);
  if (!slashed) return new Refusal(`“${text}” is no date: ${INSTEAD}`);
  const [one, other, year] = slashed.slice(1).map(Number) as [number, number, number];
  if (one <= 12 && other <= 12 && one !== other) {
    const [first, second] = [[year, other, one], [year, one, other]].map((parts) => written(parts));
    return new Refusal(`“${text}” can be ${first} or ${second}: write one of these`);
  }
  return span(text, one > 12 ? [year, other, one] : [year, one, other]);
}

/** @param parts year, month, day, hour, minute, second, as far as they are known. */
function span(text: string, parts: number[]): Span | Refusal {
  const [, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const first = moment(parts);
  const there = new Date(first);
  const isOne = there.getUTCMonth() === month - 1 && there.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!isOne) return new Refusal(`“${text}” is no date of the calendar`);
  const next = moment([...parts.slice(0, -1), parts.at(-1)! + 1]);
  return { first, last: before(next), words: written(parts) };
}

/** A moment just before: as near as numbers of that size can be. */
function before(moment: number): number {
  return moment - Math.max(Math.abs(moment), 1) * Number.EPSILON;
}

function moment([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0]: number[]): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC takes years before 100 for others
  return date.setUTCHours(hour, minute, second);
}

function written([year = 0, ...others]: number[]): string {
  const two = others.map((part) => String(part).padStart(2, "0"));
  const date = [String(year).padStart(4, "0"), ...two.slice(0, 2)].join("-");
  return two.length > 2 ? `${date} ${two.slice(2).join(":")}` : date;
}
