/** One map in one canvas: what is drawn there, where one looks at, and what the pointer does. */

import { Boxes } from "./boxes";
import { Camera } from "./camera";
import { button, element, figure } from "./elements";
import { calm, Flight, type Place } from "./flight";
import { inside, listen } from "./gestures";
import type { Model } from "./model";
import { Names, type Name } from "./names";
import { Overview } from "./overview";
import { inkOf, Scene, type Look } from "./scene/scene";

const OPENED_SIDE = 220;

/** Something drawn over the images, into `Stage.drawing` or elsewhere, whenever the camera moves. */
export interface Layer {
  draw(camera: Camera): void;
}

/** What dragging on the map does while it is taken up; without one it moves the map. */
export interface Tool {
  /** The cursor, as CSS names it. */
  readonly cursor: string;
  /** Points of a line as it is drawn: x and y in pixels of the stage, one after the other. */
  drawn(line: readonly number[], finished: boolean): void;
  /** It is put away; what was begun is dropped. */
  left(): void;
}

export interface StageActions {
  /** The pointer is over an image, or over none (-1). */
  hovered(row: number): void;
  /** An image is to be opened; -1 where there is none. */
  picked(row: number): void;
  /** A line was drawn around these images. */
  surrounded(rows: number[]): void;
  /** A key that the stage itself does not know. */
  key(event: KeyboardEvent): void;
}

export class Stage {
  readonly root: HTMLElement;
  /** Over the canvas and as large, in pixels: what layers draw into. */
  readonly drawing: SVGSVGElement;
  readonly layers: Layer[] = [];
  readonly camera: Camera;
  readonly places: Boxes;
  private readonly canvas: HTMLCanvasElement;
  private readonly draws: HTMLButtonElement;
  private readonly tags: HTMLButtonElement;
  private readonly look: Look;
  private readonly scene: Scene;
  private readonly names: Names;
  private readonly overview: Overview;
  private readonly lasso: Lasso;
  private held: Tool | null = null;
  private hovered = -1;
  private showsTags = false;
  private flight: Flight | null = null;
  private due = false;

  /** @param place where the stage is put. */
  constructor(
    place: HTMLElement,
    readonly model: Model,
    private readonly actions: StageActions,
  ) {
    const { map } = model;
    this.canvas = element("canvas", {
      class: "map", tabindex: "0", role: "application", "aria-label": `The map ${map.name}`, "aria-describedby": "keys",
    });
    this.drawing = figure("svg", { class: "drawing" });
    const names = element("div", { class: "names", "aria-hidden": "true" });
    const small = element("canvas", { class: "small", role: "img", "aria-label": "Where you are on the map" });
    this.draws = tool("Lasso", "Select by drawing around images (L)", () => this.toggleLasso());
    this.tags = tool("Tags", "Show tags on the map (T)", () => this.toggleTags());
    this.draws.classList.add("draw");
    this.tags.classList.add("tags");
    const tools = element("nav", { class: "tools", "aria-label": "The view" }, ...this.moves(), this.draws, this.tags);
    this.root = element("section", { class: "stage" }, this.canvas, this.drawing, names, small, tools);
    place.append(this.root);

    this.places = new Boxes(model.boxes, map.bounds);
    this.camera = new Camera(map.bounds);
    this.measure();
    const style = getComputedStyle(document.documentElement);
    this.look = {
      paper: inkOf(style.getPropertyValue("--paper").trim()),
      mark: inkOf(style.getPropertyValue("--mark").trim()),
    };
    const redraw = () => this.redraw();
    this.scene = new Scene(this.canvas, map, model.boxes, this.places, this.look, redraw);
    this.names = new Names(names);
    this.overview = new Overview(small, model, map.bounds, (x, y) => this.fly({ x, y, scale: this.camera.scale }));
    this.lasso = new Lasso(this.drawing, (line) => this.surround(line));
    this.listen();
    this.camera.fit();
    this.nameAll();
    redraw();
  }

  /** Read the small pictures of all images. */
  load(): Promise<void> {
    return this.scene.load();
  }

  /** What dragging does: null moves the map. */
  get tool(): Tool | null {
    return this.held;
  }

  set tool(tool: Tool | null) {
    this.held?.left();
    this.held = tool;
    this.draws.setAttribute("aria-pressed", String(tool === this.lasso));
    this.canvas.style.cursor = tool?.cursor ?? "";
  }

  /** Draw at the next frame. */
  redraw(): void {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame((now) => {
      this.due = false;
      if (this.flight?.step(now)) this.flight = null;
      this.scene.draw(this.camera);
      this.names.place(this.camera);
      this.overview.draw(this.camera);
      for (const layer of this.layers) layer.draw(this.camera);
      if (this.flight) this.redraw();
    });
  }

  /** How each image is shown: a `Shade`. */
  shade(states: Float32Array): void {
    this.scene.shade(states);
    this.redraw();
  }

  /** Put frames around images. */
  frame(rows: readonly number[]): void {
    this.scene.frame(rows);
    this.redraw();
  }

  /** Draw lines from an image to tags of the map, by number in its `nodes`. */
  link(row: number, nodes: readonly number[]): void {
    const [x, y] = this.places.centre(row);
    const ends = nodes.map((node) => this.model.map.nodes[node]!);
    this.scene.over.set(ends.flatMap((end) => [x, y, end.x, end.y, ...this.look.mark, 1]));
    this.redraw();
  }

  unlink(): void {
    this.scene.over.set([]);
    this.redraw();
  }

  fly(to: Place): void {
    if (calm()) this.camera.moveTo(to);
    else this.flight = new Flight(this.camera, to);
    this.redraw();
  }

  /** Show the part of the map where some images are. */
  visit(rows: Iterable<number>): void {
    const bounds = this.places.around(rows);
    if (bounds) this.fly(this.camera.placeFor(bounds));
  }

  /** Show an image large enough to see it. */
  approach(row: number): void {
    const [x, y] = this.places.centre(row);
    const side = Math.max(...this.places.size(row));
    this.fly({ x, y, scale: Math.max(this.camera.scale, OPENED_SIDE / side / 4) });
  }

  private moves(): HTMLButtonElement[] {
    const zoom = (factor: number) =>
      this.fly({ x: this.camera.x, y: this.camera.y, scale: this.camera.scale * factor });
    const whole = tool("Whole map", "Show the whole map (0)", () =>
      this.fly(this.camera.placeFor(this.model.map.bounds)),
    );
    const nearer = tool("+", "Zoom in (+)", () => zoom(1.6));
    const farther = tool("−", "Zoom out (-)", () => zoom(1 / 1.6));
    for (const each of [whole, nearer, farther]) each.removeAttribute("aria-pressed");
    nearer.setAttribute("aria-label", "Zoom in");
    farther.setAttribute("aria-label", "Zoom out");
    return [whole, nearer, farther];
  }

  private listen(): void {
    listen(this.canvas, this.camera, {
      moved: () => {
        this.flight = null;
        this.redraw();
      },
      hovered: (point) => this.hover(point),
      clicked: (point) => this.actions.picked(this.rowAt(point)),
      draws: () => this.held !== null,
      drawn: (line, finished) => this.held?.drawn(line, finished),
      key: (event) => this.key(event),
    });
    new ResizeObserver(() => {
      this.measure();
      this.redraw();
    }).observe(this.canvas);
  }

  private key(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key === "l") this.toggleLasso();
    else if (key === "t") this.toggleTags();
    else if (key === "escape" && this.held) this.tool = null;
    else if (key === "enter") {
      const row = this.nearestToMiddle();
      if (row >= 0) this.actions.picked(row);
    } else this.actions.key(event);
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(clientWidth * density));
    this.canvas.height = Math.max(1, Math.round(clientHeight * density));
    this.camera.resize(Math.max(1, clientWidth), Math.max(1, clientHeight));
  }

  private rowAt(point: readonly [number, number]): number {
    return this.places.at(...this.camera.toMap(...point));
  }

  private nearestToMiddle(): number {
    let [best, away] = [-1, Infinity];
    this.places.visit(this.camera.visible(), (row) => {
      const [x, y] = this.places.centre(row);
      const distance = Math.hypot(x - this.camera.x, y - this.camera.y);
      if (distance < away) [best, away] = [row, distance];
    });
    return best;
  }

  private hover(point: [number, number] | null): void {
    const row = point ? this.rowAt(point) : -1;
    if (row === this.hovered) return;
    this.hovered = row;
    this.canvas.style.cursor = this.held?.cursor ?? (row >= 0 ? "pointer" : "");
    this.canvas.title = row >= 0 ? this.model.label(row) : "";
    this.actions.hovered(row);
  }

  private toggleLasso(): void {
    this.tool = this.held === this.lasso ? null : this.lasso;
  }

  private surround(line: readonly number[]): void {
    const ring: number[] = [];
    for (let at = 0; at < line.length; at += 2) ring.push(...this.camera.toMap(line[at]!, line[at + 1]!));
    const rows: number[] = [];
    for (let row = 0; row < this.model.count; row++) {
      if (inside(ring, ...this.places.centre(row))) rows.push(row);
    }
    this.tool = null;
    this.actions.surrounded(rows);
  }

  private toggleTags(): void {
    this.showsTags = !this.showsTags;
    this.tags.setAttribute("aria-pressed", String(this.showsTags));
    this.nameAll();
    this.redraw();
  }

  private nameAll(): void {
    const { map } = this.model;
    const width = map.bounds[2] - map.bounds[0];
    const names: Name[] = map.clusters.map(({ name, x, y, colour, share, images }) => ({
      text: name, x, y, colour, kind: "cluster", extent: width * Math.sqrt(share), weight: 1e9 + images,
    }));
    if (this.showsTags) {
      for (const { label, x, y, size, images } of map.nodes) {
        names.push({ text: label, x, y, colour: "", kind: "tag", extent: size, weight: images });
      }
    }
    this.names.set(names);
  }
}

/** Draws a line around images. */
class Lasso implements Tool {
  readonly cursor = "crosshair";
  private readonly path = figure("path", { class: "lasso" });

  constructor(
    drawing: SVGSVGElement,
    private readonly closed: (line: readonly number[]) => void,
  ) {
    drawing.append(this.path);
  }

  drawn(line: readonly number[], finished: boolean): void {
    this.path.setAttribute("d", finished ? "" : `M${line.join(" ")}Z`);
    if (finished) this.closed(line);
  }

  left(): void {
    this.path.setAttribute("d", "");
  }
}

function tool(text: string, title: string, pressed: () => void): HTMLButtonElement {
  const made = button(text, pressed);
  made.title = title;
  made.setAttribute("aria-pressed", "false");
  return made;
}
