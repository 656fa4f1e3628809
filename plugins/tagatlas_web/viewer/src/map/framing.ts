/** Fits a part of the map between what lies over it. */

import type { Bounds } from "./camera";
import type { Place } from "./flight";

/** What lies over the edges of the map, in pixels. */
export interface Room {
  readonly top: number;
  readonly bottom: number;
  /** Width and height of what lies in the lower right corner. */
  readonly corner: readonly [width: number, height: number];
}

export const EMPTY: Room = { top: 0, bottom: 0, corner: [0, 0] };

const MARGIN = 1.06;
/** Where a map is put that does not fill its room: in the middle, else away from the corner. */
const ALIGNED = [[0.5, 0.5], [0, 0.5], [0.5, 0], [0, 0]] as const;
const SMALLER = 0.96;
const TRIES = 16;

/** What is left of a screen: left, top, right and bottom in pixels; all of it where little is left. */
export function freePart(width: number, height: number, room: Room): [number, number, number, number] {
  const bottom = height - room.bottom;
  return bottom - room.top > height / 5 ? [0, room.top, width, bottom] : [0, 0, width, height];
}

/**
 * The place from which a part of the map is seen as a whole: as large as it fits, with nothing of
 * it behind what lies in the corner.
 *
 * @param covers whether something that is to be seen is in some part of the map.
 */
export function frame(
  bounds: Bounds,
  width: number,
  height: number,
  room: Room,
  covers: (part: Bounds) => boolean,
): Place {
  const [left, bottom, right, top] = bounds;
  const [wide, high] = [Math.max(right - left, 1e-6) * MARGIN, Math.max(top - bottom, 1e-6) * MARGIN];
  const [freeLeft, freeTop, freeRight, freeBottom] = freePart(width, height, room);
  const [freeWidth, freeHeight] = [freeRight - freeLeft, freeBottom - freeTop];
  const largest = Math.min(freeWidth / wide, freeHeight / high);
  const placed = (scale: number, [across, down]: readonly [number, number]): Place => {
    const x = freeLeft + (freeWidth - wide * scale) * across + (wide * scale) / 2;
    const y = freeTop + (freeHeight - high * scale) * down + (high * scale) / 2;
    return {
      x: (left + right) / 2 - (x - width / 2) / scale,
      y: (bottom + top) / 2 + (y - height / 2) / scale,
      scale,
    };
  };
  const isFree = ({ x, y, scale }: Place) => {
    const [cornerX, cornerY] = [x + (width / 2 - room.corner[0]) / scale, y - (height / 2 - room.corner[1]) / scale];
    return !room.corner[0] || !covers([cornerX, y - height / 2 / scale, x + width / 2 / scale, cornerY]);
  };
  for (let scale = largest, left = TRIES; left > 0; left--, scale *= SMALLER) {
    const found = ALIGNED.map((aligned) => placed(scale, aligned)).find(isFree);
    if (found) return found;
  }
  return placed(largest, ALIGNED[0]);
}
