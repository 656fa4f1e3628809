/** The images that a drawing follows when the map is made again. */

import type { Chart } from "../data/chart";
import { Ring } from "../map/ring";
import { around, same, type Anchor, type Drawn, type Point } from "./content";

/** Of an outline at most, and of what is at a place. */
const MOST = 16;
const FEW = 3;
/** Where the nearest images are looked for at first, as a share of the map's width. */
const NEAR = 1 / 64;

/**
 * A drawing with the images that it surrounds, or else the nearest ones; those at the head of an arrow. A note about
 * an image follows that image.
 *
 * @param before the same drawing as it was: where it has not moved, it follows what it followed.
 * @param idOf the id of an image by its row.
 */
export function anchored<Kind extends Drawn>(content: Kind, before: Drawn | null, chart: Chart, idOf: (row: number) => string): Kind {
  if (before?.anchors?.length && same(shape(before), shape(content))) return { ...content, anchors: before.anchors };
  const rows = rowsFor(content, chart, idOf);
  if (!rows.length) return content;
  const anchors = rows.map((row): Anchor => [idOf(row), ...chart.places.centre(row)]);
  return anchors.every(([id]) => id) ? { ...content, anchors } : content;
}

/** Where a drawing is, and what it is about. */
function shape(content: Drawn): unknown {
  if (content.kind === "outline") return content.points;
  if (content.kind === "arrow") return content.end;
  return content.kind === "note" ? [content.place, content.image] : content.place;
}

function rowsFor(content: Drawn, chart: Chart, idOf: (row: number) => string): number[] {
  if (content.kind === "outline") {
    const within = rowsWithin(content.points, chart);
    if (within.length <= MOST) return within.length ? within : nearest(middleOf(content.points), chart);
    return Array.from({ length: MOST }, (_, at) => within[Math.floor((at * (within.length - 1)) / (MOST - 1))]!);
  }
  const close = nearest(content.kind === "arrow" ? content.end : content.place, chart);
  const about = content.kind === "note" && content.image ? close.filter((row) => idOf(row) === content.image) : [];
  return about.length ? about : close;
}

function rowsWithin(points: readonly Point[], chart: Chart): number[] {
  const ring = new Ring(points.flat());
  const rows: number[] = [];
  chart.places.visit(around(points), (row) => {
    if (ring.holds(...chart.places.centre(row))) rows.push(row);
  });
  return rows.sort((one, other) => one - other);
}

/** The rows of the nearest images, the nearest first. */
function nearest([x, y]: Point, chart: Chart): number[] {
  const [left, bottom, right, top] = chart.file.bounds;
  const extent = Math.max(right - left, top - bottom, Math.abs(x - left), Math.abs(y - bottom));
  for (let reach = extent * NEAR; ; reach *= 2) {
    const found: [distance: number, row: number][] = [];
    chart.places.visit([x - reach, y - reach, x + reach, y + reach], (row) => {
      const [across, up] = chart.places.centre(row);
      const distance = Math.hypot(across - x, up - y);
      if (distance <= reach) found.push([distance, row]);
    });
    if (found.length < FEW && reach < 2 * extent) continue;
    return found.sort(([one], [other]) => one - other).slice(0, FEW).map(([, row]) => row);
  }
}

function middleOf(points: readonly Point[]): Point {
  const [left, bottom, right, top] = around(points);
  return [(left + right) / 2, (bottom + top) / 2];
}
