/** Images on a wall: in equal cells without gaps. */

import { placed, put, RATIO, type Places } from "./arrangement";
import { ROUNDS, swapCloser, type Cells } from "./closer";

/**
 * Images in the equal cells of a wall, about where they are on the map.
 *
 * Both are halved together again and again; then images in adjacent cells are swapped as long as that
 * brings those closer together that are near each other on the map, as `--arrangement grid` does.
 *
 * @param rounds of swaps, at most.
 */
export function wall(boxes: Float32Array, rounds = ROUNDS): Places {
  const rows = placed(boxes, null);
  const shapes = Float64Array.from(rows, (row) => boxes[4 * row + 2]! / boxes[4 * row + 3]!).sort();
  const shape = Math.min(Math.max(shapes[shapes.length >> 1] ?? 1, 0.5), 2);
  const columns = Math.max(1, Math.round(Math.sqrt((rows.length * RATIO) / shape)));
  const order = Uint32Array.from(rows);
  const made = new Float32Array(boxes.length);
  const height = Math.ceil(rows.length / columns);
  const cells: Cells = { columns, lines: height, shape, held: new Int32Array(columns * height).fill(-1) };
  halve(order, boxes, columns, shape, (row, column, line) => (cells.held[line * columns + column] = row));
  swapCloser(cells, boxes, rounds);
  cells.held.forEach((row, cell) => {
    const [column, line] = [cell % columns, Math.floor(cell / columns)];
    if (row >= 0) put(made, boxes, row, (column + 0.5) * shape, height - line - 0.5, shape, 1);
  });
  return { boxes: made, bounds: [0, 0, columns * shape, Math.max(height, 1)], corner: [0, 0], across: null, up: null };
}

/** Give each image a cell; rows of the wall are counted from the top, and only the last may be incomplete. */
function halve(
  order: Uint32Array,
  boxes: Float32Array,
  columns: number,
  shape: number,
  put: (row: number, column: number, line: number) => void,
): void {
  const count = order.length;
  const within = (left: number, right: number, top: number, bottom: number) => {
    const full = Math.floor(count / columns);
    const above = (Math.min(bottom, full) - Math.min(top, full)) * (right - left);
    return above + (bottom > full ? Math.min(Math.max((count % columns) - left, 0), right - left) : 0);
  };
  const waiting: [first: number, end: number, left: number, right: number, top: number, bottom: number][] = [
    [0, count, 0, columns, 0, Math.ceil(count / columns)],
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [first, end, left, right, top, bottom] = next;
    if (end - first === 1) put(order[first]!, left, top);
    if (end - first <= 1) continue;
    const isWide = right - left > 1 && (right - left) * shape >= bottom - top;
    const middle = (isWide ? left + right : top + bottom) >> 1;
    const here = isWide ? within(left, middle, top, bottom) : within(left, right, top, middle);
    // From the left, or from the top.
    select(order, first, end, first + here, isWide ? (row) => boxes[4 * row]! : (row) => -boxes[4 * row + 1]!);
    if (isWide) waiting.push([first, first + here, left, middle, top, bottom], [first + here, end, middle, right, top, bottom]);
    else waiting.push([first, first + here, left, right, top, middle], [first + here, end, left, right, middle, bottom]);
  }
}

/** Bring the lower of some numbers before a place, and the higher behind it: C. Hoare, *Find*, 1961. */
function select(order: Uint32Array, first: number, end: number, place: number, key: (row: number) => number): void {
  // Of equal keys the lower row comes first, so that there is one order.
  const before = (one: number, other: number) => key(one) < key(other) || (key(one) === key(other) && one < other);
  let [low, high] = [first, end - 1];
  while (low < high && place > first && place < end) {
    const pivot = order[(low + high) >> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (before(order[left]!, pivot)) left++;
      while (before(pivot, order[right]!)) right--;
      if (left > right) break;
      const kept = order[left]!;
      order[left++] = order[right]!;
      order[right--] = kept;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}
