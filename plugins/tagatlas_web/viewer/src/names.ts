/** Names of clusters and tags over the map: as many as fit, the larger ones first. */

import type { Camera } from "./camera";

export interface Name {
  text: string;
  x: number;
  y: number;
  /** What it stands for is that large, in map units: where that is small, the name waits. */
  extent: number;
  /** Those of a higher weight come first. */
  weight: number;
  kind: "cluster" | "tag";
  colour: string;
}

const GAP = 4;
const LEAST_PIXELS = { cluster: 26, tag: 10 };
const MOST = 80;

interface Placed {
  name: Name;
  element: HTMLElement;
  width: number;
  height: number;
  shown: boolean;
}

export class Names {
  private placed: Placed[] = [];

  constructor(private readonly layer: HTMLElement) {}

  set(names: readonly Name[]): void {
    const ordered = [...names].sort((one, other) => other.weight - one.weight);
    this.placed = ordered.map((name) => {
      const element = document.createElement("span");
      const text = document.createElement("bdi");
      text.textContent = name.text;
      element.append(text);
      element.className = name.kind;
      element.style.setProperty("--ink", name.colour);
      element.hidden = true;
      return { name, element, width: 0, height: 0, shown: false };
    });
    this.layer.replaceChildren(...this.placed.map(({ element }) => element));
  }

  place(camera: Camera): void {
    const taken: [number, number, number, number][] = [];
    for (const each of this.placed) {
      const box = taken.length < MOST ? this.boxFor(each, camera) : null;
      const fits = box !== null && !taken.some((other) => overlap(box, other));
      if (fits !== each.shown) {
        each.element.hidden = !fits;
        each.shown = fits;
      }
      if (!fits) continue;
      taken.push(box);
      each.element.style.transform = `translate(${box[0]}px, ${box[1]}px)`;
    }
  }

  private boxFor(each: Placed, camera: Camera): [number, number, number, number] | null {
    const { name } = each;
    if (name.extent * camera.scale < LEAST_PIXELS[name.kind]) return null;
    const [x, y] = camera.toScreen(name.x, name.y);
    if (x < 0 || y < 0 || x > camera.width || y > camera.height) return null;
    if (!each.width) {
      each.element.hidden = false;
      each.width = each.element.offsetWidth;
      each.height = each.element.offsetHeight;
      each.element.hidden = !each.shown;
    }
    const left = Math.round(x - each.width / 2);
    const top = Math.round(y - each.height / 2);
    return [left, top, left + each.width, top + each.height];
  }
}

function overlap(one: readonly number[], other: readonly number[]): boolean {
  return (
    one[0]! - GAP < other[2]! &&
    other[0]! - GAP < one[2]! &&
    one[1]! - GAP < other[3]! &&
    other[1]! - GAP < one[3]!
  );
}
