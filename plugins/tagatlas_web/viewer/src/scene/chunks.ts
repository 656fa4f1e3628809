/** Images in chunks of neighbouring rows: what is not in view is not drawn. */

import type { Bounds } from "../map/camera";

const CHUNK = 256;

/** Rows from a first one up to an end. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

export class Chunks {
  private readonly count: number;
  /** Left, bottom, right and top of each chunk. */
  private readonly bounds: Float32Array;

  /** @param boxes x, y, width and height of each image; those without a width are none. */
  constructor(boxes: Float32Array) {
    this.count = boxes.length / 4;
    const chunks = Math.ceil(this.count / CHUNK);
    this.bounds = new Float32Array(4 * chunks);
    for (let chunk = 0; chunk < chunks; chunk++) this.bounds.set(around(boxes, chunk * CHUNK, this.end(chunk)), 4 * chunk);
  }

  /** The rows that may lie in a part of the map, rising. */
  seen([left, bottom, right, top]: Bounds): Range[] {
    const { bounds } = this;
    const ranges: { first: number; end: number }[] = [];
    for (let chunk = 0; 4 * chunk < bounds.length; chunk++) {
      const at = 4 * chunk;
      if (bounds[at]! > right || bounds[at + 2]! < left || bounds[at + 1]! > top || bounds[at + 3]! < bottom) continue;
      const [first, last] = [chunk * CHUNK, ranges[ranges.length - 1]];
      if (last?.end === first) last.end = this.end(chunk);
      else ranges.push({ first, end: this.end(chunk) });
    }
    return ranges;
  }

  private end(chunk: number): number {
    return Math.min((chunk + 1) * CHUNK, this.count);
  }
}

/** How many rows there are in some ranges. */
export function rowsIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { first, end }) => sum + end - first, 0);
}

function around(boxes: Float32Array, first: number, end: number): [number, number, number, number] {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 4 * first; at < 4 * end; at += 4) {
    const [x, y, wide, high] = [boxes[at]!, boxes[at + 1]!, boxes[at + 2]! / 2, boxes[at + 3]! / 2];
    if (!(wide > 0)) continue;
    left = Math.min(left, x - wide);
    right = Math.max(right, x + wide);
    bottom = Math.min(bottom, y - high);
    top = Math.max(top, y + high);
  }
  return [left, bottom, right, top];
}
