/** Names of the map's tags where they are, as many as fit between others; the larger ones first. */

import type { Camera } from "./camera";
import { element, foreign } from "../elements";
import type { Label } from "./levels";
import type { Name } from "./names";
import type { Box } from "./placer";

const GAP = 4;
const HEIGHT = 18;
const FONT = "12px";
const WIDEST = 220;
/** A tag is named where it is at least that large, in pixels. */
const LEAST = 10;
const CELL = 64;

interface Tag {
  readonly name: Name;
  width: number;
  element: HTMLElement | null;
}

export class Thinned {
  private readonly ruler = document.createElement("canvas").getContext("2d")!;
  private readonly layer = element("div");
  private tags: Tag[] = [];
  private readonly levels = new Map<number, Tag[]>();
  private shown: Tag[] = [];
  private boxes: Box[] = [];

  constructor(place: HTMLElement) {
    place.append(this.layer);
    this.ruler.font = `${FONT} ${getComputedStyle(place).fontFamily}`;
  }

  set(names: readonly Name[]): void {
    this.layer.replaceChildren();
    this.shown = [];
    this.boxes = [];
    this.tags = [...names].sort((one, other) => other.weight - one.weight).map((name) => ({ name, width: 0, element: null }));
    this.forget();
  }

  /** Places of other names have changed. */
  forget(): void {
    this.levels.clear();
  }

  at(x: number, y: number): Name | null {
    const at = this.boxes.findIndex(([left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom);
    return this.shown[at]?.name ?? null;
  }

  /** Whether a name is longer than there is room for. */
  isCut(name: Name): boolean {
    return this.shown.some((tag) => tag.name === name && tag.width === WIDEST);
  }

  /** @param scale where the level begins, in pixels for a unit of the map. @param labels names of clusters there. */
  place(camera: Camera, level: number, scale: number, labels: readonly Label[]): void {
    if (!this.tags.length && !this.shown.length) return;
    const fitting = this.levels.get(level) ?? this.fit(scale, labels);
    this.levels.set(level, fitting);
    const isOn = ({ name, width }: Tag) => {
      const [x, y] = camera.toScreen(name.x, name.y);
      return x > -width && y > -HEIGHT && x < camera.width + width && y < camera.height + HEIGHT;
    };
    const seen = fitting.filter(isOn);
    const now = new Set(seen);
    for (const tag of this.shown) if (!now.has(tag)) tag.element!.hidden = true;
    this.shown = seen;
    this.boxes = seen.map((tag): Box => {
      const [x, y] = camera.toScreen(tag.name.x, tag.name.y);
      const [left, top] = [Math.round(x - tag.width / 2), Math.round(y - HEIGHT / 2)];
      tag.element ??= this.layer.appendChild(element("span", { class: "tag", title: tag.name.text }, foreign(tag.name.text)));
      tag.element.hidden = false;
      tag.element.style.transform = `translate(${left}px, ${top}px)`;
      return [left, top, left + tag.width, top + HEIGHT];
    });
  }

  /** Those that meet neither names of clusters nor larger tags. */
  private fit(scale: number, labels: readonly Label[]): Tag[] {
    const taken = new Cells();
    for (const { hold, part, size } of labels) {
      const [left, top] = [hold[0] * scale - part[0] * size[0], -hold[1] * scale - part[1] * size[1]];
      taken.add([left, top, left + size[0], top + size[1]]);
    }
    return this.tags.filter((tag) => {
      if (tag.name.extent * scale < LEAST) return false;
      tag.width ||= Math.min(Math.ceil(this.ruler.measureText(tag.name.text.slice(0, 120)).width) + 8, WIDEST);
      const [x, y] = [tag.name.x * scale, -tag.name.y * scale];
      const box: Box = [x - tag.width / 2 - GAP, y - HEIGHT / 2 - GAP, x + tag.width / 2 + GAP, y + HEIGHT / 2 + GAP];
      if (taken.meets(box)) return false;
      taken.add(box);
      return true;
    });
  }
}

/** Boxes, found quickly by place. */
class Cells {
  private readonly boxes = new Map<string, Box[]>();

  add(box: Box): void {
    for (const key of cellsOf(box)) this.boxes.set(key, [...(this.boxes.get(key) ?? []), box]);
  }

  meets(box: Box): boolean {
    const meet = (other: Box) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
    return cellsOf(box).some((key) => this.boxes.get(key)?.some(meet));
  }
}

function cellsOf([left, top, right, bottom]: Box): string[] {
  const keys: string[] = [];
  for (let x = Math.floor(left / CELL); x <= right / CELL; x++) {
    for (let y = Math.floor(top / CELL); y <= bottom / CELL; y++) keys.push(`${x} ${y}`);
  }
  return keys;
}
