/** Axes of an arrangement, over the images. */

import { figure } from "../elements";
import type { Camera } from "../map/camera";
import type { Layer } from "../map/stage";
import type { Arranged } from "./measures";

/** Pixels between two words along an axis, at least. */
const ROOM = { across: 84, up: 40 };
const EDGE = 8;

export class Axes implements Layer {
  private readonly root = figure("svg", { class: "axes", "aria-hidden": "true" });
  private shown: Arranged | null = null;

  constructor(stage: HTMLElement) {
    stage.querySelector(".drawing")!.before(this.root);
  }

  show(arranged: Arranged | null): void {
    this.shown = arranged;
    if (!arranged) this.root.replaceChildren();
  }

  draw(camera: Camera): void {
    if (!this.shown) return;
    const { across, up, corner } = this.shown;
    const [left, bottom, right, top] = camera.visible();
    const parts: SVGElement[] = [];
    // Where the lower end of the axis is out of view, its words stay at the window's edge.
    const floor = Math.min(camera.toScreen(...corner)[1], camera.height - 44);
    const wall = Math.max(camera.toScreen(...corner)[0], 70);
    if (across) {
      parts.push(line(0, floor, camera.width, floor, "line"));
      for (const { at, text } of across.ticks(left, right, camera.width / ROOM.across)) {
        const [x] = camera.toScreen(at, 0);
        if (x < wall && up) continue;
        parts.push(line(x, floor, x, floor + 5, "line"), words(x, floor + 18, text, "middle"));
        if (up) parts.push(line(x, 0, x, floor, "grid"));
      }
      parts.push(words(camera.width / 2, floor + 36, across.title, "middle", "title"));
    }
    if (up) {
      parts.push(line(wall, 0, wall, floor, "line"));
      for (const { at, text } of up.ticks(bottom, top, camera.height / ROOM.up)) {
        const [, y] = camera.toScreen(0, at);
        if (y > floor) continue;
        parts.push(line(wall - 5, y, wall, y, "line"), words(wall - EDGE, y + 4, text, "end"));
        parts.push(line(wall, y, camera.width, y, "grid"));
      }
      parts.push(words(wall + EDGE, 60, up.title, "start", "title"));
    }
    this.root.replaceChildren(...parts);
  }
}

function line(x1: number, y1: number, x2: number, y2: number, kind: string): SVGElement {
  return figure("line", { x1, y1, x2, y2, class: kind });
}

function words(x: number, y: number, text: string, anchor: string, kind = "tick"): SVGElement {
  const made = figure("text", { x, y, "text-anchor": anchor, class: kind });
  made.textContent = text;
  return made;
}
