/** Colours of two maps that are looked at side by side. */

import type { Chart } from "../data/chart";

/** Instead of a cluster, of images that the first map lacks. */
const ABSENT = -1;
const NONE = "#8a8a8a";
/** A cluster takes the colour of one of the other map that has at least this share of its images. */
const LEAST = 1 / 3;

/**
 * Colours for the clusters of a second map, so that a colour means the same images on both.
 *
 * A cluster has the colour of the cluster of the first map that most of its images are in, if
 * these are a third or more. Others have colours that are none on the first map, and grey if there
 * is none left.
 */
export function pairedColours(first: Chart, second: Chart): string[] {
  const shared = overlap(first, second);
  const paired = second.plain.map((_, number) => {
    const counts = [...(shared.get(number) ?? [])];
    const images = counts.reduce((sum, [, count]) => sum + count, 0);
    const [best, most] = counts.reduce((one, other) => (other[1] > one[1] && other[0] !== ABSENT ? other : one), [ABSENT, 0]);
    return most >= Math.max(LEAST * images, 1) ? (first.plain[best]?.colour ?? null) : null;
  });
  const used = new Set(first.plain.map(({ colour }) => colour));
  const free = second.plain.map(({ colour }) => colour).filter((colour) => !used.has(colour));
  const left = [...new Set(free)];
  return paired.map((colour, number) => {
    if (colour) return colour;
    const own = second.plain[number]!.colour;
    const at = Math.max(left.indexOf(own), 0);
    return left.splice(at, 1)[0] ?? NONE;
  });
}

/** For each cluster of the second map, how many of its images are in which clusters of the first, or `ABSENT`. */
function overlap(first: Chart, second: Chart): Map<number, Map<number, number>> {
  const shared = new Map<number, Map<number, number>>();
  second.cluster.forEach((number, row) => {
    if (!second.has(row)) return;
    const counts = shared.get(number) ?? new Map<number, number>();
    shared.set(number, counts);
    const other = first.has(row) ? first.cluster[row]! : ABSENT;
    counts.set(other, (counts.get(other) ?? 0) + 1);
  });
  return shared;
}
