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

const written = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

export function numberText(number: number): string {
  const size = Math.abs(number);
  return size >= 1e9 || (size > 0 && size < 1e-4) ? number.toExponential(2).replace(/\.?0+e/, "e") : written.format(number);
}
