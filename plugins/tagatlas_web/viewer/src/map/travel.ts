/** Where one goes on a map: flights, and places to fly to. */

import type { Bounds, Camera } from "./camera";
import type { Chart } from "../data/chart";
import { calm, Flight, type Place } from "./flight";

const OPENED_SIDE = 55;
/** Of few images that are visited none gets larger, in pixels, or as a share of the window: their surroundings stay in view. */
const VISITED = { side: 110, share: 0.2 };

export class Travel {
  private flight: Flight | null = null;

  constructor(private readonly camera: Camera) {}

  to(place: Place): void {
    if (calm()) this.camera.moveTo(place);
    else this.flight = new Flight(this.camera, place);
  }

  /** Stay where one is. */
  stop(): void {
    this.flight = null;
  }

  /** Move the camera to where it is at a time; whether it still moves. */
  step(now: number): boolean {
    if (this.flight?.step(now)) this.flight = null;
    return this.flight !== null;
  }

  /** See images as a whole. @param name the part of the map that their name takes at a scale, if they have one. */
  visit(chart: Chart, rows: ArrayLike<number>, name: (scale: number) => Bounds | null): void {
    const bounds = chart.places.around(rows);
    if (!bounds) return;
    const { width, height } = this.camera;
    const largest = Math.min(VISITED.side, VISITED.share * Math.min(width, height)) / longestSide(chart, rows);
    const around = name(Math.min(this.camera.placeFor(bounds).scale, largest));
    const part = around ? both(bounds, around) : bounds;
    const { scale } = this.camera.placeFor(part);
    this.to(scale > largest ? this.camera.placeAt((part[0] + part[2]) / 2, (part[1] + part[3]) / 2, largest) : this.camera.placeFor(part));
  }

  /** See an image large enough. */
  approach(chart: Chart, row: number): void {
    const side = Math.max(...chart.places.size(row));
    this.to(this.camera.placeAt(...chart.places.centre(row), Math.max(this.camera.scale, OPENED_SIDE / side)));
  }

  /** Bring an image into view, if it is out of it or behind something. */
  reveal(chart: Chart, row: number): void {
    if (this.camera.isSeen(chart.places.around([row])!)) return;
    this.to(this.camera.placeAt(...chart.places.centre(row), this.camera.scale));
  }
}

function longestSide({ places }: Chart, rows: ArrayLike<number>): number {
  let longest = 0;
  for (let at = 0; at < rows.length; at++) longest = Math.max(longest, ...places.size(rows[at]!));
  return longest;
}

function both(one: Bounds, other: Bounds): Bounds {
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.max(one[2], other[2]), Math.max(one[3], other[3])];
}
