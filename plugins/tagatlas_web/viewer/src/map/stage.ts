/** One map in one canvas: what is drawn there, where one looks at, and what the pointer does. */

import { Camera } from "./camera";
import type { Chart } from "../data/chart";
import { element, figure } from "../elements";
import { calm, Flight, type Place } from "./flight";
import { listen } from "./gestures";
import { between, Glide } from "./glide";
import { Lasso } from "./lasso";
import type { Model } from "../data/model";
import { Names, type Name } from "./names";
import { Overview } from "./overview";
import { inkOf, Scene, type Look } from "../scene/scene";
import { inView, nearestToMiddle, surroundedBy } from "./surrounding";
import type { Tool } from "./tool";
import { Toolbar } from "./toolbar";
import { clusterNames, tagNames } from "./words";

const OPENED_SIDE = 220;

/** Something drawn over the images, into `Stage.drawing` or elsewhere, whenever the camera moves. */
export interface Layer {
  draw(camera: Camera): void;
}

export interface StageActions {
  /** One works with this stage now. */
  entered(): void;
  /** The pointer is over an image, or over none (-1). */
  hovered(row: number): void;
  /** An image is to be opened; -1 where there is none. */
  picked(row: number, how: "pointer" | "keys"): void;
  /** The name of a cluster or tag was clicked. */
  named(name: Name): void;
  /** These images were surrounded. */
  surrounded(rows: number[], words: string): void;
  /** A key that the stage itself does not know. */
  key(event: KeyboardEvent): void;
  /** Something that is not seen. */
  say(news: string): void;
}

export class Stage {
  readonly root: HTMLElement;
  /** Over the canvas and as large, in pixels: what layers draw into. */
  readonly drawing: SVGSVGElement;
  /** The buttons over the map. */
  readonly tools: HTMLElement;
  readonly layers: Layer[] = [];
  readonly camera: Camera;
  private readonly canvas: HTMLCanvasElement;
  private readonly toolbar: Toolbar;
  private readonly names: Names;
  private readonly overview: Overview;
  private readonly lasso: Lasso;
  private readonly resized: ResizeObserver;
  private readonly density = window.devicePixelRatio || 1;
  private scene: Scene;
  private held: Tool | null = null;
  private hovered = -1;
  private showsTags = false;
  private linked: readonly number[] = [];
  private states: Float32Array | null = null;
  private flight: Flight | null = null;
  private glide: Glide | null = null;
  private due = 0;

  /** @param place where the stage is put. */
  constructor(
    place: HTMLElement,
    readonly model: Model,
    private shown: Chart,
    private readonly actions: StageActions,
  ) {
    this.canvas = element("canvas", { class: "map", tabindex: "0", role: "application", "aria-describedby": "keys" });
    this.drawing = figure("svg", { class: "drawing", role: "presentation" });
    const names = element("div", { class: "names", "aria-hidden": "true" });
    const small = element("canvas", { class: "small", role: "img", "aria-label": "Where you are on the map" });
    this.toolbar = new Toolbar({
      whole: () => this.fly(this.camera.placeFor(this.shown.file.bounds)),
      zoom: (factor) => this.fly({ x: this.camera.x, y: this.camera.y, scale: this.camera.scale * factor }),
      lasso: () => this.toggleLasso(),
      tags: () => this.toggleTags(),
    });
    this.tools = this.toolbar.root;
    this.root = element("section", { class: "stage" }, this.canvas, this.drawing, names, small, this.tools);
    place.append(this.root);

    this.camera = new Camera(shown.file.bounds);
    this.measure(); // before there is something to draw with, which would be made again
    this.scene = new Scene(this.canvas, model.atlas, shown, look(), () => this.redraw());
    this.names = new Names(names);
    this.overview = new Overview(small, (x, y) => this.fly({ x, y, scale: this.camera.scale }));
    this.overview.show(shown);
    this.lasso = new Lasso(this.drawing, (line) => this.surround(line));
    this.resized = new ResizeObserver(() => {
      this.measure();
      if (this.due) this.paint(performance.now()); // what was drawn went with the old size
    });
    this.listen();
    this.camera.fit();
    this.renamed();
  }

  /** Read the small pictures of all images. */
  load(): Promise<void> {
    return this.scene.load();
  }

  /** When all is drawn that is to be. */
  settled(): Promise<void> {
    return this.scene.settled();
  }

  /** The map that is shown. */
  get chart(): Chart {
    return this.shown;
  }

  /**
   * Show another map: images glide to their places there.
   *
   * @param row an image to keep in view, or -1.
   */
  show(chart: Chart, row: number): void {
    const { camera } = this;
    const before = { x: camera.x, y: camera.y, scale: camera.scale };
    const [old, closeness] = [this.shown, camera.closeness];
    this.shown = chart;
    this.flight = null;
    camera.turnTo(chart.file.bounds);
    if (row >= 0 && chart.has(row)) {
      const [x, y] = chart.places.centre(row);
      camera.moveTo({ x, y, scale: camera.scale * Math.max(closeness, 1) });
    }
    const [from, to] = between(old.boxes, before, chart.boxes, camera);
    this.glide = calm() ? null : new Glide();
    this.scene.show(chart, from, to);
    this.overview.show(chart);
    this.hovered = -1;
    this.linked = [];
    this.renamed();
  }

  /** What dragging does: null moves the map. */
  get tool(): Tool | null {
    return this.held;
  }

  set tool(tool: Tool | null) {
    this.held?.left();
    this.held = tool;
    this.press();
    this.canvas.style.cursor = tool?.cursor ?? "";
  }

  /** Draw at the next frame. */
  redraw(): void {
    this.due ||= requestAnimationFrame((now) => this.paint(now));
  }

  /** How each image is shown: a `Shade`. */
  shade(states: Float32Array): void {
    this.states = states;
    this.scene.shade(states);
    this.redraw();
  }

  /** Put frames around images. */
  frame(rows: readonly number[]): void {
    this.scene.frame(rows.filter((row) => this.shown.has(row)));
    this.redraw();
  }

  /** Draw lines from an image to tags of the map, by number in its `nodes`, and to images. */
  link(row: number, nodes: readonly number[], images: readonly number[]): void {
    const [x, y] = this.shown.places.centre(row);
    const ends = [
      ...nodes.map((node) => this.shown.file.nodes[node]!).map((node) => [node.x, node.y]),
      ...images.map((image) => this.shown.places.centre(image)),
    ];
    this.scene.over.set(ends.flatMap(([toX, toY]) => [x, y, toX!, toY!, ...this.scene.look.mark, 1]));
    this.linked = nodes;
    this.nameAll();
  }

  unlink(): void {
    this.scene.over.set([]);
    if (this.linked.length) {
      this.linked = [];
      this.nameAll();
    }
    this.redraw();
  }

  fly(to: Place): void {
    if (calm()) this.camera.moveTo(to);
    else this.flight = new Flight(this.camera, to);
    this.redraw();
  }

  /** Show the part of the map where some images are. */
  visit(rows: ArrayLike<number>): void {
    this.measure();
    const bounds = this.shown.places.around(rows);
    if (bounds) this.fly(this.camera.placeFor(bounds));
  }

  /** Show an image large enough to see it. */
  approach(row: number): void {
    if (!this.shown.has(row)) return;
    const [x, y] = this.shown.places.centre(row);
    const side = Math.max(...this.shown.places.size(row));
    this.fly({ x, y, scale: Math.max(this.camera.scale, OPENED_SIDE / side / 4) });
  }

  /** Bring an image into view, if it is out of it. */
  reveal(row: number): void {
    if (!this.shown.has(row)) return;
    const [x, y] = this.shown.places.centre(row);
    const [left, bottom, right, top] = this.camera.visible();
    if (x > left && x < right && y > bottom && y < top) return;
    this.fly({ x, y, scale: this.camera.scale });
  }

  /** Clusters are called otherwise. */
  renamed(): void {
    this.canvas.setAttribute("aria-label", `The map ${this.shown.facts.name}`);
    this.root.setAttribute("aria-label", `Map ${this.shown.facts.name}`);
    this.toolbar.name(this.shown.facts.name, this.shown.facts.node);
    this.nameAll();
  }

  /** Images are in other clusters. */
  regrouped(): void {
    this.scene.recolour();
    this.overview.show(this.shown);
    this.renamed();
  }

  /** Take the colours that the page has now. */
  restyle(): void {
    this.scene.look = look();
    this.overview.restyle();
    this.redraw();
  }

  focus(): void {
    this.canvas.focus();
  }

  /** Take the stage away. */
  remove(): void {
    this.resized.disconnect();
    cancelAnimationFrame(this.due);
    this.scene.free();
    this.root.remove();
  }

  private paint(now: number): void {
    cancelAnimationFrame(this.due);
    this.due = 0;
    if (this.flight?.step(now)) this.flight = null;
    this.scene.part = this.glide?.part(now) ?? 1;
    if (this.scene.part === 1) this.glide = null;
    this.root.classList.toggle("gliding", this.glide !== null);
    this.scene.draw(this.camera, this.density);
    this.names.place(this.camera);
    this.overview.draw(this.camera);
    for (const layer of this.layers) layer.draw(this.camera);
    if (this.flight || this.glide) this.redraw();
  }

  private listen(): void {
    listen(this.canvas, this.camera, {
      moved: (how) => {
        this.flight = null;
        this.redraw();
        if (how === "keys") this.hover(nearestToMiddle(this.shown, this.camera), "keys");
      },
      hovered: (point) => this.hover(point ? this.rowAt(point) : -1, "pointer", point),
      clicked: (point) => this.click(point),
      draws: () => this.held !== null,
      drawn: (line, finished) => this.held?.drawn(line, finished),
      dropped: () => this.held?.left(),
      key: (event) => this.key(event),
    });
    this.resized.observe(this.root);
    this.root.addEventListener("focusin", () => this.actions.entered());
    this.root.addEventListener("pointerdown", () => this.actions.entered());
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.restore());
  }

  /** The graphics card forgot everything, as it may when the machine slept. */
  private restore(): void {
    this.scene = new Scene(this.canvas, this.model.atlas, this.shown, look(), () => this.redraw());
    if (this.states) this.scene.shade(this.states);
    void this.scene.load();
    this.redraw();
  }

  private click(point: readonly [number, number]): void {
    const name = this.names.at(...point);
    if (name) this.actions.named(name);
    else this.actions.picked(this.rowAt(point), "pointer");
  }

  private key(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key === "l") this.toggleLasso();
    else if (key === "t") this.toggleTags();
    else if (key === "v") this.actions.surrounded(inView(this.shown, this.camera), "in view"); // the lasso without a pointer
    else if (key === "escape" && this.held) this.tool = null;
    else if (key === "enter") {
      const row = nearestToMiddle(this.shown, this.camera);
      if (row >= 0) this.actions.picked(row, "keys");
    } else {
      this.actions.key(event);
      return;
    }
    event.preventDefault();
  }

  /** Take the room that there is. The canvas only grows: to make it again takes a while. */
  private measure(): void {
    const { canvas, camera, density } = this;
    const [width, height] = [Math.max(1, this.root.clientWidth), Math.max(1, this.root.clientHeight)];
    if (width === camera.width && height === camera.height) return;
    camera.resize(width, height);
    this.redraw();
    const wide = Math.max(canvas.width, Math.round(width * density));
    const high = Math.max(canvas.height, Math.round(height * density));
    if (wide === canvas.width && high === canvas.height) return;
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${wide / density}px`;
    canvas.style.height = `${high / density}px`;
  }

  private rowAt(point: readonly [number, number]): number {
    return this.shown.places.at(...this.camera.toMap(...point));
  }

  private hover(row: number, how: "pointer" | "keys", point: [number, number] | null = null): void {
    const target = row >= 0 || (point !== null && this.names.at(...point) !== null);
    this.canvas.style.cursor = this.held?.cursor ?? (target ? "pointer" : "");
    if (row === this.hovered) return;
    this.hovered = row;
    this.canvas.title = row >= 0 ? this.model.label(row) : "";
    if (how === "keys" && row >= 0) this.actions.say(this.model.label(row));
    this.actions.hovered(row);
  }

  private toggleLasso(): void {
    this.tool = this.held === this.lasso ? null : this.lasso;
  }

  private surround(line: readonly number[]): void {
    const rows = surroundedBy(line, this.shown, this.camera);
    this.tool = null;
    this.actions.surrounded(rows, "drawn around");
  }

  private toggleTags(): void {
    this.showsTags = !this.showsTags;
    this.press();
    this.nameAll();
  }

  private press(): void {
    this.toolbar.press(this.held === this.lasso, this.showsTags);
  }

  private nameAll(): void {
    const tags = tagNames(this.shown, new Set(this.linked), this.showsTags);
    this.names.set([...clusterNames(this.shown), ...tags]);
    this.redraw();
  }
}

function look(): Look {
  const style = getComputedStyle(document.documentElement);
  const ink = (name: string) => inkOf(style.getPropertyValue(name).trim());
  return { paper: ink("--paper"), mark: ink("--mark") };
}
