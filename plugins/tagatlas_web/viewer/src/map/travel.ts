/** Where one goes on a map: flights, and places to fly to. */

import type { Bounds, Camera } from "./camera";
import type { Chart } from "../data/chart";
import { calm, Flight, type Place } from "./flight";

const OPENED_SIDE = 55;

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
    const around = name(this.camera.placeFor(bounds).scale);
    this.to(this.camera.placeFor(around ? both(bounds, around) : bounds));
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

function both(one: Bounds, other: Bounds): Bounds {
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.max(one[2], other[2]), Math.max(one[3], other[3])];
}
