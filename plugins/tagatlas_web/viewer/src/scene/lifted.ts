/** Colours of clusters that can be seen on dark paper, too. */

import type { Ink } from "./scene";

/** Lightness in OKLab that colours have on dark paper at least; `viewer.css` has the same. */
const LEAST = 0.62;

/**
 * A colour, made lighter where the paper is dark and it is too.
 *
 * Method: B. Ottosson, *A perceptual color space for image processing*, 2020 (OKLab).
 */
export function lifted(ink: Ink, paper: Ink): Ink {
  if (paper[0] + paper[1] + paper[2] > 1.5) return ink;
  const [red, green, blue] = [linear(ink[0]), linear(ink[1]), linear(ink[2])];
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const lightness = 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short;
  if (lightness >= LEAST) return ink;
  // The cube roots of all cones grow alike with lightness alone.
  const more = LEAST - lightness;
  const [l, m, s] = [(long + more) ** 3, (middle + more) ** 3, (short + more) ** 3];
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function linear(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function encoded(part: number): number {
  const light = Math.min(Math.max(part, 0), 1);
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}
