/** Where one looks at, and how closely. */

import type { Spot } from "../address/address";
import type { Place } from "./flight";
import { EMPTY, frame, freePart, type Room } from "./framing";

export type Bounds = readonly [left: number, bottom: number, right: number, top: number];

const CLOSEST = 4000;

/** Map units to pixels of the screen and back. y of the map grows upwards, of the screen down. */
export class Camera {
  x = 0;
  y = 0;
  /** Pixels of the screen for a unit of the map. */
  scale = 1;
  width = 1;
  height = 1;

  private whole: Place = { x: 0, y: 0, scale: 1 };
  private room = EMPTY;
  /** What a card covers from below, in pixels: the whole map may lie behind it, what is visited not. */
  private covered = 0;

  /** @param covers whether some part of the map has pictures. */
  constructor(
    private bounds: Bounds,
    private covers: (part: Bounds) => boolean,
  ) {}

  /** Look at another map, as a whole. */
  turnTo(bounds: Bounds, covers: (part: Bounds) => boolean): void {
    this.bounds = bounds;
    this.covers = covers;
    this.fitWhole();
    this.fit();
  }

  /** How much closer one looks than at the whole map. */
  get closeness(): number {
    return this.scale / this.whole.scale;
  }

  /** Where one looks at, as it is now. */
  get place(): Place {
    return { x: this.x, y: this.y, scale: this.scale };
  }

  /** Whether one looks at the whole map. */
  get isWhole(): boolean {
    const { x, y, scale } = this.whole;
    const isThere = [this.x - x, this.y - y].every((moved) => Math.abs(moved) * scale < 1);
    return isThere && Math.abs(this.closeness - 1) < 1e-3;
  }

  /** Where the whole map is seen from. */
  get wholeMap(): Place {
    return this.whole;
  }

  /** The middle stays where it is; a map that was shown as a whole still is. Whether there was a change. */
  resize(width: number, height: number, room: Room): boolean {
    const { top, corner } = this.room;
    const isSame = width === this.width && height === this.height && room.top === top;
    if (isSame && room.corner.every((side, at) => side === corner[at])) return false;
    const { isWhole } = this;
    this.width = width;
    this.height = height;
    this.room = room;
    this.fitWhole();
    if (isWhole) this.fit();
    return true;
  }

  /** Something lies over the lower edge, so many pixels high. */
  cover(pixels: number): void {
    this.covered = pixels;
  }

  /**
   * The place from which a part of the map is seen as a whole, with nothing of it behind controls.
   *
   * @param covers whether something that is to be seen is in a part of the map.
   */
  placeFor(bounds: Bounds, covers: (part: Bounds) => boolean = (part) => meet(part, bounds)): Place {
    return frame(bounds, this.width, this.height, { ...this.room, bottom: this.covered }, covers);
  }

  /** The place from which a point of the map is in the middle of what is free of controls. */
  placeAt(x: number, y: number, scale: number): Place {
    const [left, top, right, bottom] = this.free();
    return { x: x - (left + right - this.width) / 2 / scale, y: y + (top + bottom - this.height) / 2 / scale, scale };
  }

  /** Whether a part of the map is on the screen, and not behind controls. */
  isSeen([left, bottom, right, top]: Bounds): boolean {
    const [x0, y0] = this.toScreen(left, top);
    const [x1, y1] = this.toScreen(right, bottom);
    const [freeLeft, freeTop, freeRight, freeBottom] = this.free();
    const [wide, high] = this.room.corner;
    const isInCorner = x1 > this.width - wide && y1 > this.height - high;
    return x0 >= freeLeft && y0 >= freeTop && x1 <= freeRight && y1 <= freeBottom && !isInCorner;
  }

  /** What of the map is seen from the place of the whole map, and not behind controls at its edges. */
  get freeOfWhole(): Bounds {
    const { x, y, scale } = this.whole;
    const [left, top, right, bottom] = freePart(this.width, this.height, this.room);
    const [across, down] = [this.width / 2, this.height / 2];
    return [x + (left - across) / scale, y - (bottom - down) / scale, x + (right - across) / scale, y - (top - down) / scale];
  }

  /** What of the map is behind the corner where the whole map is seen. */
  get cornerOfWhole(): Bounds {
    const { x, y, scale } = this.whole;
    const [across, down] = [this.width / 2 / scale, this.height / 2 / scale];
    const [wide, high] = this.room.corner;
    return [x + across - wide / scale, y - down, x + across, y - down + high / scale];
  }

  /** So many pixels at the upper edge are behind controls. */
  get above(): number {
    return this.free()[1];
  }

  private free(): [number, number, number, number] {
    return freePart(this.width, this.height, { ...this.room, bottom: this.covered });
  }

  private fitWhole(): void {
    this.whole = frame(this.bounds, this.width, this.height, this.room, this.covers);
  }

  /** Show the whole map. */
  fit(): void {
    this.moveTo(this.whole);
  }

  /** The middle of what is seen, and how much of the map the shorter side holds; null for all of it. */
  get spot(): Spot | null {
    if (this.isWhole) return null;
    return { x: this.x, y: this.y, span: Math.min(this.width, this.height) / this.scale };
  }

  /** Look at such a place from a window of any size. */
  see(spot: Spot | null): void {
    if (spot) this.moveTo({ x: spot.x, y: spot.y, scale: Math.min(this.width, this.height) / spot.span });
    else this.fit();
  }

  moveTo(place: Place): void {
    const [left, bottom, right, top] = this.bounds;
    const { x, y, scale } = this.whole;
    this.scale = clamp(place.scale, scale / 2, scale * CLOSEST);
    // What is beside controls has its middle out of that of the screen.
    const [above, below] = [this.room.top / 2 / this.scale, (this.covered + this.room.corner[1]) / 2 / this.scale];
    this.x = clamp(place.x, Math.min(left, x), Math.max(right, x) + this.room.corner[0] / 2 / this.scale);
    this.y = clamp(place.y, Math.min(bottom, y) - below, Math.max(top, y) + above);
  }

  /** Move by pixels of the screen. */
  pan(right: number, down: number): void {
    this.moveTo({ x: this.x - right / this.scale, y: this.y + down / this.scale, scale: this.scale });
  }

  /** Zoom, so that what is under a point of the screen stays there. */
  zoomAt(factor: number, screenX: number, screenY: number): void {
    const [mapX, mapY] = this.toMap(screenX, screenY);
    this.moveTo({ x: this.x, y: this.y, scale: this.scale * factor });
    const [nowX, nowY] = this.toMap(screenX, screenY);
    this.moveTo({ x: this.x + mapX - nowX, y: this.y + mapY - nowY, scale: this.scale });
  }

  toMap(screenX: number, screenY: number): [number, number] {
    return [
      this.x + (screenX - this.width / 2) / this.scale,
      this.y - (screenY - this.height / 2) / this.scale,
    ];
  }

  toScreen(mapX: number, mapY: number): [number, number] {
    return [
      (mapX - this.x) * this.scale + this.width / 2,
      (this.y - mapY) * this.scale + this.height / 2,
    ];
  }

  /** What of the map is on the screen. */
  visible(): Bounds {
    const [left, top] = this.toMap(0, 0);
    const [right, bottom] = this.toMap(this.width, this.height);
    return [left, bottom, right, top];
  }
}

function meet(one: Bounds, other: Bounds): boolean {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
