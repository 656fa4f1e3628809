/** The images as boxes on the map, found quickly by place. */

import type { Bounds } from "../map/camera";

const BOXES_IN_CELL = 4;

/** All that is asked of places on a map. */
export type Places = Pick<Boxes, "count" | "at" | "visit" | "areIn" | "around" | "centre" | "size" | "largestSide" | "typicalSide">;

/** Boxes in the cells of a grid. */
export class Boxes {
  readonly count: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly starts: Uint32Array;
  private readonly members: Uint32Array;
  private readonly reach: number;

  /**
   * @param boxes x and y of the centre, width and height, of one box after the other; those
   *   without a width are none.
   * @param bounds in which all centres lie.
   */
  constructor(
    private readonly boxes: Float32Array,
    private readonly bounds: Bounds,
  ) {
    this.count = boxes.length / 4;
    const [left, bottom, right, top] = bounds;
    const aspect = Math.max(right - left, 1e-6) / Math.max(top - bottom, 1e-6);
    const cells = Math.max(1, this.count / BOXES_IN_CELL);
    this.columns = Math.max(1, Math.round(Math.sqrt(cells * aspect)));
    this.rows = Math.max(1, Math.round(cells / this.columns));
    this.starts = new Uint32Array(this.columns * this.rows + 1);
    this.members = new Uint32Array(this.count);
    let reach = 0;
    for (let box = 0; box < this.count; box++) {
      if (!this.isOne(box)) continue;
      this.starts[this.cellOf(box) + 1]!++;
      reach = Math.max(reach, boxes[4 * box + 2]!, boxes[4 * box + 3]!);
    }
    this.reach = reach / 2;
    for (let cell = 0; cell < this.columns * this.rows; cell++) {
      this.starts[cell + 1]! += this.starts[cell]!;
    }
    const next = this.starts.slice();
    for (let box = 0; box < this.count; box++) {
      if (this.isOne(box)) this.members[next[this.cellOf(box)]!++] = box;
    }
  }

  /** The box at a point: of several the last, which is drawn over the others; -1 if none is. */
  at(x: number, y: number): number {
    let found = -1;
    this.visit([x, y, x, y], (box) => {
      if (this.holds(box, x, y) && box > found) found = box;
    });
    return found;
  }

  /** Call `visitor` with every box that may reach into a part of the map. */
  visit(part: Bounds, visitor: (box: number) => void): void {
    const [left, bottom, right, top] = part;
    const low = this.columnAndRow(left - this.reach, bottom - this.reach);
    const high = this.columnAndRow(right + this.reach, top + this.reach);
    for (let row = low[1]; row <= high[1]; row++) {
      for (let column = low[0]; column <= high[0]; column++) {
        const cell = row * this.columns + column;
        for (let at = this.starts[cell]!; at < this.starts[cell + 1]!; at++) {
          visitor(this.members[at]!);
        }
      }
    }
  }

  /** Whether a box reaches into a part of the map. */
  areIn(part: Bounds): boolean {
    const [left, bottom, right, top] = part;
    let found = false;
    this.visit(part, (box) => {
      const [x, y] = this.centre(box);
      const [width, height] = this.size(box);
      found ||= x + width / 2 > left && x - width / 2 < right && y + height / 2 > bottom && y - height / 2 < top;
    });
    return found;
  }

  /** The part of the map that some boxes take, or null of none. */
  around(rows: ArrayLike<number>): Bounds | null {
    const { boxes } = this;
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < rows.length; at++) {
      const box = 4 * rows[at]!;
      const [x, y, width, height] = [boxes[box]!, boxes[box + 1]!, boxes[box + 2]!, boxes[box + 3]!];
      if (!(width > 0)) continue;
      left = Math.min(left, x - width / 2);
      right = Math.max(right, x + width / 2);
      bottom = Math.min(bottom, y - height / 2);
      top = Math.max(top, y + height / 2);
    }
    return left <= right ? [left, bottom, right, top] : null;
  }

  centre(box: number): [number, number] {
    return [this.boxes[4 * box]!, this.boxes[4 * box + 1]!];
  }

  /** Width and height. */
  size(box: number): [number, number] {
    return [this.boxes[4 * box + 2]!, this.boxes[4 * box + 3]!];
  }

  /** The longest side of all boxes. */
  get largestSide(): number {
    return 2 * this.reach;
  }

  /** The longer side that half of the boxes exceed. */
  typicalSide(): number {
    const sides = new Float32Array(this.starts[this.starts.length - 1]!);
    for (let at = 0; at < sides.length; at++) sides[at] = Math.max(...this.size(this.members[at]!));
    return sides.sort()[sides.length >> 1] ?? 1;
  }

  private isOne(box: number): boolean {
    return this.boxes[4 * box + 2]! > 0;
  }

  private holds(box: number, x: number, y: number): boolean {
    const [centreX, centreY] = this.centre(box);
    const [width, height] = this.size(box);
    return Math.abs(x - centreX) <= width / 2 && Math.abs(y - centreY) <= height / 2;
  }

  private cellOf(box: number): number {
    const [column, row] = this.columnAndRow(...this.centre(box));
    return row * this.columns + column;
  }

  private columnAndRow(x: number, y: number): [number, number] {
    const [left, bottom, right, top] = this.bounds;
    const column = Math.floor(((x - left) / Math.max(right - left, 1e-6)) * this.columns);
    const row = Math.floor(((y - bottom) / Math.max(top - bottom, 1e-6)) * this.rows);
    return [
      Math.min(Math.max(column, 0), this.columns - 1),
      Math.min(Math.max(row, 0), this.rows - 1),
    ];
  }
}
