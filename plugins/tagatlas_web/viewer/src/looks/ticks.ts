/** Round numbers along an axis. */

/** The step of 1, 2 or 5 times a power of ten that leads to at most so many steps over a length. */
export function roundStep(length: number, most: number): number {
  const least = Math.max(length, Number.MIN_VALUE) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * power).find((step) => step >= least * (1 - 1e-9))!;
}

/** Multiples of the step within two ends, at most `most + 1`. */
export function roundNumbers(low: number, high: number, most: number): number[] {
  const step = roundStep(high - low, most);
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => cleaned((first + at) * step));
}

/** Without the last digits, which are those of rounding. */
export function cleaned(number: number): number {
  return Number(number.toPrecision(12));
}

/** Significant digits of a number, and of one that is written with a power of ten. */
const DIGITS = { plain: 6, power: 3 };
const MOST_DIGITS = 17;

/** Numbers in as few digits as tell those apart that differ. */
export function numberTexts(numbers: readonly number[]): string[] {
  const different = new Set(numbers).size;
  let texts = numbers.map((number) => numberText(number, 0));
  for (let more = 1; new Set(texts).size < different && DIGITS.plain + more <= MOST_DIGITS; more++) {
    texts = numbers.map((number) => numberText(number, more));
  }
  return texts;
}

/** @param more significant digits than usual. */
function numberText(number: number, more: number): string {
  const size = Math.abs(number);
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return number.toExponential(DIGITS.power - 1 + more).replace(/\.?0+e/, "e");
  return number.toLocaleString("en", { maximumSignificantDigits: DIGITS.plain + more });
}
