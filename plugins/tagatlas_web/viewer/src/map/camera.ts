/** Where one looks at, and how closely. */

export type Bounds = readonly [left: number, bottom: number, right: number, top: number];

const MARGIN = 1.06;
const CLOSEST = 4000;

/** Map units to pixels of the screen and back. y of the map grows upwards, of the screen down. */
export class Camera {
  x = 0;
  y = 0;
  /** Pixels of the screen for a unit of the map. */
  scale = 1;
  width = 1;
  height = 1;

  private fitted = 1;

  constructor(private bounds: Bounds) {}

  /** Look at a map of other bounds, as a whole. */
  turnTo(bounds: Bounds): void {
    this.bounds = bounds;
    this.fit();
  }

  /** How much closer one looks than at the whole map. */
  get closeness(): number {
    return this.scale / this.fitted;
  }

  /** The middle stays where it is; a map that was shown as a whole still is. */
  resize(width: number, height: number): void {
    const whole = Math.abs(this.closeness - 1) < 1e-3;
    this.width = width;
    this.height = height;
    const { scale } = this.placeFor(this.bounds);
    this.fitted = scale;
    if (whole) this.fit();
  }

  /** The place from which a part of the map is seen as a whole. */
  placeFor(bounds: Bounds): { x: number; y: number; scale: number } {
    const [left, bottom, right, top] = bounds;
    const wide = Math.max(right - left, 1e-6) * MARGIN;
    const high = Math.max(top - bottom, 1e-6) * MARGIN;
    const scale = Math.min(this.width / wide, this.height / high);
    return { x: (left + right) / 2, y: (bottom + top) / 2, scale };
  }

  /** Show the whole map. */
  fit(): void {
    const place = this.placeFor(this.bounds);
    this.fitted = place.scale;
    this.moveTo(place);
  }

  moveTo(place: { x: number; y: number; scale: number }): void {
    const [left, bottom, right, top] = this.bounds;
    this.x = clamp(place.x, left, right);
    this.y = clamp(place.y, bottom, top);
    this.scale = clamp(place.scale, this.fitted / 2, this.fitted * CLOSEST);
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

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
