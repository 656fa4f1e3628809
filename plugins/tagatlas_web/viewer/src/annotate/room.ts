/** The parts of the map that drawings take: names keep off these. */

import type { Bounds } from "../map/camera";
import type { Drawn, Point } from "./content";
import { shownWords, wordsOf, type View } from "./words";

/** A line is covered by boxes of at most this part of the map's longer side. */
const STEP = 1 / 80;

/**
 * The lines and words of a drawing as boxes, in map units.
 *
 * @param place where it is drawn.
 * @param extent the longer side of the map.
 * @param whole what is seen where the whole map is.
 */
export function roomOf(content: Drawn, place: SVGGElement, extent: number, whole: View): Bounds[] {
  const boxes = linesOf(content).flatMap((line) => along(line, extent * STEP));
  for (const part of place.querySelectorAll<SVGGraphicsElement>(".words, circle")) {
    const words = wordsOf(part);
    const { x, y, width, height, from } = words;
    const { factor, by } = shownWords(words, whole);
    const [left, top] = [from[0] + (x - from[0]) * factor + by[0], from[1] + (y - from[1]) * factor + by[1]];
    boxes.push([left, -top - height * factor, left + width * factor, -top]);
  }
  return boxes;
}

function linesOf(content: Drawn): (readonly Point[])[] {
  if (content.kind === "outline") return [[...content.points, content.points[0]!]];
  return content.kind === "arrow" ? [[content.begin, content.end]] : [];
}

/** Boxes around the parts of a line. */
function along(line: readonly Point[], step: number): Bounds[] {
  const boxes: Bounds[] = [];
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  const close = () => {
    if (right >= left) boxes.push([left, bottom, right, top]);
  };
  const reach = ([x, y]: Point) => {
    [left, bottom, right, top] = [Math.min(left, x), Math.min(bottom, y), Math.max(right, x), Math.max(top, y)];
  };
  for (let at = 1; at < line.length; at++) {
    const [[x1, y1], [x2, y2]] = [line[at - 1]!, line[at]!];
    const parts = Math.max(1, Math.ceil(Math.hypot(x2 - x1, y2 - y1) / step));
    for (let part = 0; part <= parts; part++) {
      const point: Point = [x1 + ((x2 - x1) * part) / parts, y1 + ((y2 - y1) * part) / parts];
      reach(point);
      if (Math.max(right - left, top - bottom) < step) continue;
      close();
      [left, bottom, right, top] = [...point, ...point];
    }
  }
  close();
  return boxes;
}
