/** Images on their way from one map to another. */

import type { Camera } from "./camera";

const MS = 1100;

export class Glide {
  private readonly begun = performance.now();

  /** How much of the way is done at a time, in [0, 1]; it begins and ends gently. */
  part(now: number): number {
    const part = Math.min(Math.max((now - this.begun) / MS, 0), 1);
    return part * part * (3 - 2 * part);
  }
}

/** Where one looked at before. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/**
 * Boxes of one map as they are on the screen, in units of the map that is shown there now. An
 * image that only one of the maps has grows from where it will be, or shrinks where it was.
 *
 * @returns where images come from and where they go to: x, y, width and height.
 */
export function between(
  old: Float32Array,
  before: View,
  next: Float32Array,
  now: Camera,
): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const from = new Float32Array(old.length);
  const to = new Float32Array(next);
  const ratio = before.scale / now.scale;
  for (let at = 0; at < old.length; at += 4) {
    from[at] = (old[at]! - before.x) * ratio + now.x;
    from[at + 1] = (old[at + 1]! - before.y) * ratio + now.y;
    from[at + 2] = old[at + 2]! * ratio;
    from[at + 3] = old[at + 3]! * ratio;
    if (!(old[at + 2]! > 0)) from.set([next[at]!, next[at + 1]!, 0, 0], at);
    if (!(next[at + 2]! > 0)) to.set([from[at]!, from[at + 1]!, 0, 0], at);
  }
  return [from, to];
}
