/** Moves of the camera that take a moment. */

import type { Camera } from "./camera";

const MS = 600;

export interface Place {
  x: number;
  y: number;
  scale: number;
}

export function isSame(one: Place, other: Place): boolean {
  return one.x === other.x && one.y === other.y && one.scale === other.scale;
}

export class Flight {
  private readonly begun = performance.now();
  private readonly from: Place;

  constructor(
    private readonly camera: Camera,
    private readonly to: Place,
  ) {
    const { x, y, scale } = camera;
    this.from = { x, y, scale };
  }

  /** Move the camera to where it is at a time; whether it has arrived. */
  step(now: number): boolean {
    const { from, to } = this;
    const part = Math.min(Math.max((now - this.begun) / MS, 0), 1);
    const eased = part * part * (3 - 2 * part);
    this.camera.moveTo({
      x: from.x + (to.x - from.x) * eased,
      y: from.y + (to.y - from.y) * eased,
      scale: from.scale * (to.scale / from.scale) ** eased,
    });
    return part >= 1;
  }
}

/** Whether nothing on the page shall move by itself. */
export function calm(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
