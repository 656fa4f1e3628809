/** Which images a line or a view surrounds. */

import type { Camera } from "./camera";
import type { Chart } from "../data/chart";
import { Ring } from "./ring";

/** Images whose centres lie within a line. @param line x and y in pixels of the screen, in turn. */
export function surroundedBy(line: readonly number[], chart: Chart, camera: Camera): number[] {
  const points: number[] = [];
  for (let at = 0; at < line.length; at += 2) points.push(...camera.toMap(line[at]!, line[at + 1]!));
  const ring = new Ring(points);
  return rowsWhere(chart, (x, y) => ring.holds(x, y));
}

/** Images whose centres are on the screen. */
export function inView(chart: Chart, camera: Camera): number[] {
  const [left, bottom, right, top] = camera.visible();
  return rowsWhere(chart, (x, y) => x >= left && x <= right && y >= bottom && y <= top);
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

function rowsWhere(chart: Chart, right: (x: number, y: number) => boolean): number[] {
  const { boxes } = chart;
  const rows: number[] = [];
  for (let row = 0; row < boxes.length / 4; row++) {
    if (chart.has(row) && right(boxes[4 * row]!, boxes[4 * row + 1]!)) rows.push(row);
  }
  return rows;
}
