/** What a line or a view surrounds. */

import type { Camera } from "./camera";
import type { Chart } from "../data/chart";
import type { Point } from "../annotate/content";
import { simplified } from "../annotate/simplify";

const MOST_POINTS = 120;

/** A line as a ring on the map. @param line x and y in pixels of the screen, in turn. */
export function ringOf(line: readonly number[], camera: Camera): number[] {
  const points = Array.from({ length: line.length / 2 }, (_, at) => [line[2 * at]!, line[2 * at + 1]!] as const);
  return fewPoints(points).flatMap((point) => camera.toMap(...point));
}

/** What is on the screen, as a ring on the map. */
export function ringOfView(camera: Camera): number[] {
  const [left, bottom, right, top] = camera.visible();
  return [left, bottom, right, bottom, right, top, left, top];
}

/** A line in so few points that an address can hold it: a pixel or a few beside it. */
function fewPoints(line: readonly Point[]): readonly Point[] {
  let tolerance = 1;
  let ring = simplified(line, tolerance);
  while (ring.length > MOST_POINTS) ring = simplified(line, (tolerance *= 1.5));
  return ring;
}

/** The image in the middle of the screen, or nearest to it; -1 if none is on the screen. */
export function nearestToMiddle({ places }: Chart, camera: Camera): number {
  let [best, away] = [-1, Infinity];
  places.visit(camera.visible(), (row) => {
    const [x, y] = places.centre(row);
    const distance = Math.hypot(x - camera.x, y - camera.y);
    if (distance < away) [best, away] = [row, distance];
  });
  return best;
}
