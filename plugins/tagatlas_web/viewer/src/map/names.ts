/** Names of clusters and tags over the map: as many as fit, the larger ones first. */

import type { Camera } from "./camera";
import { element, foreign } from "../elements";

export interface Name {
  text: string;
  x: number;
  y: number;
  /** What it stands for is that large, in map units: where that is small, the name waits. */
  extent: number;
  /** Those of a higher weight come first. */
  weight: number;
  kind: "cluster" | "subcluster" | "tag";
  /** Of the cluster, sub-cluster or tag. */
  number: number;
  colour: string;
}

const GAP = 4;
const EDGE = 4;
const LEAST_PIXELS = { cluster: 26, subcluster: 140, tag: 10 };
const MOST = 80;
const LONGEST_MEASURED = 120;
/** As the style sheet has them. */
const FORM = {
  cluster: { font: "650 15px", wider: 16, height: 23 },
  subcluster: { font: "13px", wider: 14, height: 20 },
  tag: { font: "12px", wider: 12, height: 19 },
};
const WIDEST = 260;

type Box = readonly [left: number, top: number, right: number, bottom: number];

interface Placed {
  readonly name: Name;
  element: HTMLElement | null;
  width: number;
  box: Box | null;
}

export class Names {
  private placed: Placed[] = [];
  private readonly ruler = document.createElement("canvas").getContext("2d")!;
  private readonly family: string;

  constructor(private readonly layer: HTMLElement) {
    this.family = getComputedStyle(layer).fontFamily;
  }

  set(names: readonly Name[]): void {
    const ordered = [...names].sort((one, other) => other.weight - one.weight);
    this.placed = ordered.map((name) => ({ name, element: null, width: 0, box: null }));
    this.layer.replaceChildren();
  }

  /** The name at a point of the screen. */
  at(x: number, y: number): Name | null {
    const found = this.placed.find(
      ({ box }) => box && x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3],
    );
    return found?.name ?? null;
  }

  place(camera: Camera): void {
    const taken: Box[] = [];
    for (const each of this.placed) {
      const wanted = taken.length < MOST ? this.boxFor(each, camera) : null;
      const box = wanted && !taken.some((other) => overlap(wanted, other)) ? wanted : null;
      if (box) {
        taken.push(box);
        this.put(each, box);
      } else if (each.box) {
        each.element!.hidden = true;
      }
      each.box = box;
    }
  }

  private put(each: Placed, box: Box): void {
    each.element ??= this.make(each.name);
    if (!each.box) each.element.hidden = false;
    each.element.style.transform = `translate(${box[0]}px, ${box[1]}px)`;
  }

  private make(name: Name): HTMLElement {
    const made = element("span", { class: name.kind }, foreign(name.text));
    made.style.setProperty("--ink", name.colour);
    this.layer.append(made);
    return made;
  }

  private boxFor(each: Placed, camera: Camera): Box | null {
    const { name } = each;
    if (name.extent * camera.scale < LEAST_PIXELS[name.kind]) return null;
    const [x, y] = camera.toScreen(name.x, name.y);
    if (x < 0 || y < 0 || x > camera.width || y > camera.height) return null;
    each.width ||= this.measure(name);
    const { height } = FORM[name.kind];
    // A name at the edge is moved inwards rather than cut.
    const most = Math.max(camera.width - each.width - EDGE, EDGE);
    const left = Math.round(Math.min(Math.max(x - each.width / 2, EDGE), most));
    const top = Math.round(y - height / 2);
    return [left, top, left + each.width, top + height];
  }

  private measure({ text, kind }: Name): number {
    this.ruler.font = `${FORM[kind].font} ${this.family}`;
    const { width } = this.ruler.measureText(text.slice(0, LONGEST_MEASURED));
    return Math.min(Math.ceil(width) + FORM[kind].wider, WIDEST);
  }
}

function overlap(one: Box, other: Box): boolean {
  return (
    one[0] - GAP < other[2] && other[0] - GAP < one[2] && one[1] - GAP < other[3] && other[1] - GAP < one[3]
  );
}
