/**
 * Two maps that are moved together.
 *
 * Their layouts differ, so that one place is not the same on both. What is the same is the image:
 * where one zooms in on an image, the other map comes closer to the same image, which shows who its
 * neighbours are on each. Where there is none, both maps are moved by the same pixels.
 */

import type { Camera } from "./camera";
import type { Chart } from "../data/chart";
import type { Place } from "./flight";
import { nearestToMiddle } from "./surrounding";

export interface View {
  readonly camera: Camera;
  readonly places: Chart;
}

const SAME = 1e-4;
/** An image that is at most so many pixels away is the one at which one zooms. */
const REACH = 120;

/** Move the other map as one was moved, from where it was before. */
export function follow(lead: View, before: Place, other: View): void {
  const { x, y, scale } = lead.camera;
  const factor = scale / before.scale;
  if (lead.camera.isWhole) other.camera.fit();
  else if (Math.abs(factor - 1) < SAME) other.camera.pan((before.x - x) * scale, (y - before.y) * scale);
  else {
    // The point of the map that stayed where it was on the screen.
    const still = (now: number, old: number) => (now * scale - old * before.scale) / (scale - before.scale);
    const [mapX, mapY] = [still(x, before.x), still(y, before.y)];
    zoom(other, factor, lead.camera.toScreen(mapX, mapY), nearest(lead, other, mapX, mapY));
  }
}

/** Look at the other map as closely, at the image that is in the middle of the one. */
export function align(lead: View, other: View): void {
  const row = nearestToMiddle(lead.places, lead.camera);
  if (lead.camera.isWhole || row < 0 || !other.places.has(row)) {
    other.camera.fit();
    return;
  }
  const { scale } = other.camera.wholeMap;
  other.camera.moveTo(other.camera.placeAt(...other.places.places.centre(row), scale * lead.camera.closeness));
}

/** The image on both maps that is nearest to a point of the one, and close to it; -1 if there is none. */
function nearest({ camera, places: chart }: View, other: View, x: number, y: number): number {
  const reach = REACH / camera.scale;
  let [best, away] = [-1, reach];
  chart.places.visit([x - reach, y - reach, x + reach, y + reach], (row) => {
    if (!other.places.has(row)) return;
    const [across, up] = chart.places.centre(row);
    const [width, height] = chart.places.size(row);
    const distance = Math.hypot(Math.max(Math.abs(across - x) - width / 2, 0), Math.max(Math.abs(up - y) - height / 2, 0));
    if (distance < away) [best, away] = [row, distance];
  });
  return best;
}

/** @param point of the screen at which one zooms. @param row the image there, or -1. */
function zoom({ camera, places: chart }: View, factor: number, point: readonly [number, number], row: number): void {
  if (row < 0 || !chart.has(row)) {
    camera.zoomAt(factor, ...point);
    return;
  }
  const [x, y] = camera.toScreen(...chart.places.centre(row));
  camera.zoomAt(factor, x, y);
  const isIn = x > 0 && y > 0 && x < camera.width && y < camera.height;
  if (!isIn) camera.pan(point[0] - x, point[1] - y);
}
