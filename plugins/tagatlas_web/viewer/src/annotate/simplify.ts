/** A line drawn by hand with as few points as it needs. */

import type { Point } from "./content";

/**
 * The points of a line without those that lie closer to it than `tolerance` when they are left out.
 *
 * Method: D. Douglas and T. Peucker, *Algorithms for the reduction of the number of points required
 * to represent a digitized line or its caricature*, 1973.
 */
export function simplified(line: readonly Point[], tolerance: number): Point[] {
  const kept = new Set([0, line.length - 1]);
  const parts: [number, number][] = [[0, line.length - 1]];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const [first, last] = part;
    let [farthest, distance] = [-1, tolerance];
    for (let at = first + 1; at < last; at++) {
      const away = fromSegment(line[at]!, line[first]!, line[last]!);
      if (away > distance) [farthest, distance] = [at, away];
    }
    if (farthest < 0) continue;
    kept.add(farthest);
    parts.push([first, farthest], [farthest, last]);
  }
  return line.filter((_, at) => kept.has(at));
}

/** The distance of a point from a straight line between two others. */
function fromSegment([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [width, height] = [x2 - x1, y2 - y1];
  const along = ((x - x1) * width + (y - y1) * height) / (width * width + height * height || 1);
  const part = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - x1 - part * width, y - y1 - part * height);
}
