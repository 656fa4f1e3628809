/** Names of the tags that an image is linked to. They are to be read: no click hits them. */

import type { Bounds, Camera } from "./camera";
import { element, foreign } from "../elements";
import type { Box, Point } from "./placer";

const HEIGHT = 18;
const GAP = 3;
const FONT = "12px";

export interface Linked {
  readonly text: string;
  /** Where the tag is on the map. */
  readonly at: Point;
}

export class Links {
  readonly root = element("div", { class: "linked", "aria-hidden": "true" });
  private readonly ruler = document.createElement("canvas").getContext("2d")!;
  private image: Bounds | null = null;
  private tags: { at: Point; width: number; element: HTMLElement }[] = [];

  /** @param tags those of the image. @param image the part of the map where it is; null of none. */
  set(tags: readonly Linked[], image: Bounds | null): void {
    this.image = image;
    this.ruler.font = `${FONT} ${getComputedStyle(this.root).fontFamily}`;
    this.tags = tags.map(({ text, at }) => ({
      at,
      width: Math.ceil(this.ruler.measureText(text).width) + 8,
      element: element("span", { class: "tag" }, foreign(text)),
    }));
    this.root.replaceChildren(...this.tags.map((tag) => tag.element));
  }

  /** @param taken parts of the screen that stay seen, as the image itself does: names of clusters. */
  place(camera: Camera, taken: readonly Box[]): void {
    const boxes = [...taken];
    if (this.image) {
      const [left, bottom, right, top] = this.image;
      boxes.push([...camera.toScreen(left, top), ...camera.toScreen(right, bottom)]);
    }
    for (const { at, width, element } of this.tags) {
      const [x, y] = camera.toScreen(...at);
      const left = Math.round(Math.min(Math.max(x - width / 2, GAP), Math.max(camera.width - width - GAP, GAP)));
      const top = Math.round(y - HEIGHT / 2);
      const box: Box = [left, top, left + width, top + HEIGHT];
      const isOff = x < 0 || y < 0 || x > camera.width || y > camera.height;
      element.hidden = isOff || boxes.some((other) => meet(box, other));
      if (element.hidden) continue;
      boxes.push(box);
      element.style.transform = `translate(${left}px, ${top}px)`;
    }
  }
}

function meet(one: Box, other: Box): boolean {
  return one[0] - GAP < other[2] && other[0] < one[2] + GAP && one[1] - GAP < other[3] && other[1] < one[3] + GAP;
}
