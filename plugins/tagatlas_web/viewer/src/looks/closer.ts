/**
 * Images swapped between adjacent cells of a wall, so that neighbours on the map stay neighbours.
 *
 * What `tagatlas_mapping/layout/grid.py` does where it knows positions alone: a local search for a
 * quadratic assignment.
 */

import { Boxes } from "../data/boxes";

/** A wall whose cells hold images. */
export interface Cells {
  readonly columns: number;
  readonly lines: number;
  /** Width of a cell divided by its height. */
  readonly shape: number;
  /** The image in each cell, line by line from the top; -1 in an empty one. */
  readonly held: Int32Array;
}

/** Links of each image, one image's after the other's. */
interface Links {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** So many nearest images each is kept close to. */
const NEIGHBOURS = 10;
export const ROUNDS = 30;
/** Of many images there are fewer rounds, since somebody waits: so many images are gone through in all. */
const MOST_TURNS = 150_000;
/** Side of a box that is nearly a point. */
const POINT = 1e-30;
/** Gain of a swap up to which it may be a rounding error. */
const LEAST = 1e-9;

/**
 * @param boxes of the images on the map: x, y, width and height.
 * @param rounds over all images, at most.
 */
export function swapCloser({ columns, lines, shape, held }: Cells, boxes: Float32Array, rounds: number): void {
  const rows = held.filter((row) => row >= 0).sort();
  const most = Math.min(rounds, Math.floor(MOST_TURNS / Math.max(rows.length, 1)));
  if (!most) return;
  const links = linksOf(rows, boxes);
  const [column, line] = [new Int32Array(boxes.length / 4), new Int32Array(boxes.length / 4)];
  held.forEach((row, cell) => {
    if (row >= 0) [column[row], line[row]] = [cell % columns, Math.floor(cell / columns)];
  });
  const squared = logsOf(columns, lines, shape);
  /** Change of length of an image's links if it swaps with a partner: of the logarithms, so that long ones do not dominate. */
  const change = (row: number, partner: number): number => {
    const [x, y, otherX, otherY] = [column[row]!, line[row]!, column[partner]!, line[partner]!];
    let sum = 0;
    for (let at = links.starts[row]!; at < links.starts[row + 1]!; at++) {
      const end = links.ends[at]!;
      if (end === partner) continue;
      const [endX, endY] = [column[end]!, line[end]!];
      sum += squared(otherX - endX, otherY - endY) - squared(x - endX, y - endY);
    }
    return sum;
  };
  const swap = (row: number): boolean => {
    const [x, y] = [column[row]!, line[row]!];
    let [best, partner] = [-LEAST, -1];
    for (let nextY = Math.max(y - 1, 0); nextY < Math.min(y + 2, lines); nextY++) {
      for (let nextX = Math.max(x - 1, 0); nextX < Math.min(x + 2, columns); nextX++) {
        const other = held[nextY * columns + nextX]!;
        if (other < 0 || other === row) continue;
        const gain = change(row, other) + change(other, row);
        if (gain < best) [best, partner] = [gain, other];
      }
    }
    if (partner < 0) return false;
    held[y * columns + x] = partner;
    held[line[partner]! * columns + column[partner]!] = row;
    [column[row], line[row], column[partner], line[partner]] = [column[partner]!, line[partner]!, x, y];
    return true;
  };
  for (let round = 0, swaps = 1; round < most && swaps; round++) {
    swaps = 0;
    for (const row of rows) swaps += Number(swap(row));
  }
}

/** The logarithm of 1 and the square of a distance in cells, looked up: there are few of them. */
function logsOf(columns: number, lines: number, shape: number): (across: number, down: number) => number {
  const logs = Float64Array.from({ length: columns * lines }, (_, at) =>
    Math.log(1 + (shape * (at % columns)) ** 2 + Math.floor(at / columns) ** 2),
  );
  return (across, down) => logs[Math.abs(down) * columns + Math.abs(across)]!;
}

/** Links of each image to and from its nearest ones; twice where they are so to each other. */
function linksOf(rows: Int32Array, boxes: Float32Array): Links {
  const nearest = nearestOf(rows, boxes);
  const starts = new Uint32Array(boxes.length / 4 + 1);
  nearest.forEach((others, at) => {
    for (const other of others) for (const end of [rows[at]!, other]) starts[end + 1]!++;
  });
  for (let row = 0; row + 1 < starts.length; row++) starts[row + 1]! += starts[row]!;
  const [ends, next] = [new Uint32Array(starts.at(-1)!), starts.slice()];
  nearest.forEach((others, at) => {
    const row = rows[at]!;
    for (const other of others) [ends[next[row]!++], ends[next[other]!++]] = [other, row];
  });
  return { starts, ends };
}

/** The nearest other images of each on the map. */
function nearestOf(rows: Int32Array, boxes: Float32Array): number[][] {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const row of rows) {
    const [x, y] = [boxes[4 * row]!, boxes[4 * row + 1]!];
    [left, bottom, right, top] = [Math.min(left, x), Math.min(bottom, y), Math.max(right, x), Math.max(top, y)];
  }
  const points = boxes.map((value, at) => (at % 4 < 2 ? value : Math.min(value, POINT)));
  const places = new Boxes(points, [left, bottom, right, top]);
  const wanted = Math.min(NEIGHBOURS, rows.length - 1);
  const usual = Math.sqrt((Math.max(right - left, 1e-9) * Math.max(top - bottom, 1e-9) * NEIGHBOURS) / rows.length);
  return Array.from(rows, (row) => {
    const [x, y] = places.centre(row);
    for (let reach = usual; ; reach *= 2) {
      const found: [distance: number, row: number][] = [];
      places.visit([x - reach, y - reach, x + reach, y + reach], (other) => {
        const distance = Math.hypot(boxes[4 * other]! - x, boxes[4 * other + 1]! - y);
        if (distance <= reach && other !== row) found.push([distance, other]);
      });
      if (found.length < wanted) continue;
      return found.sort(([one, first], [other, second]) => one - other || first - second).slice(0, wanted).map(([, other]) => other);
    }
  });
}
