/** One map in one canvas: what is drawn there, where one looks at, and what the pointer does. */

import { Camera } from "./camera";
import type { Chart } from "../data/chart";
import { button, element, figure } from "../elements";
import { calm, Flight, type Place } from "./flight";
import { listen } from "./gestures";
import { between, Glide } from "./glide";
import { Lasso } from "./lasso";
import type { Model } from "../data/model";
import { Names, type Name } from "./names";
import { Overview } from "./overview";
import { Ring } from "./ring";
import { inkOf, Scene, type Look } from "../scene/scene";
import type { Tool } from "./tool";

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
  private readonly draws: HTMLButtonElement;
  private readonly tags: HTMLButtonElement;
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
    this.draws = toggle("Lasso", "Select by drawing around images (L); V selects all in view", () => this.toggleLasso());
    this.tags = toggle("", "", () => this.toggleTags());
    this.draws.classList.add("draw");
    this.tags.classList.add("tags");
    this.nameNodes();
    this.tools = element("div", { class: "tools", role: "toolbar" }, ...this.moves(), this.draws, this.tags);
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
    this.nameNodes();
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
    this.draws.setAttribute("aria-pressed", String(tool === this.lasso));
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
    this.tools.setAttribute("aria-label", `View of ${this.shown.facts.name}`);
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

  private moves(): HTMLButtonElement[] {
    const zoom = (factor: number) =>
      this.fly({ x: this.camera.x, y: this.camera.y, scale: this.camera.scale * factor });
    const whole = button("Whole map", () => this.fly(this.camera.placeFor(this.shown.file.bounds)));
    const nearer = button("+", () => zoom(1.6));
    const farther = button("−", () => zoom(1 / 1.6));
    whole.title = "Show the whole map (0)";
    nearer.title = "Zoom in (+)";
    farther.title = "Zoom out (-)";
    nearer.setAttribute("aria-label", "Zoom in");
    farther.setAttribute("aria-label", "Zoom out");
    return [whole, nearer, farther];
  }

  private listen(): void {
    listen(this.canvas, this.camera, {
      moved: (how) => {
        this.flight = null;
        this.redraw();
        if (how === "keys") this.hover(this.nearestToMiddle(), "keys");
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
    else if (key === "v") this.surroundView();
    else if (key === "escape" && this.held) this.tool = null;
    else if (key === "enter") {
      const row = this.nearestToMiddle();
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

  private nearestToMiddle(): number {
    const { places } = this.shown;
    let [best, away] = [-1, Infinity];
    places.visit(this.camera.visible(), (row) => {
      const [x, y] = places.centre(row);
      const distance = Math.hypot(x - this.camera.x, y - this.camera.y);
      if (distance < away) [best, away] = [row, distance];
    });
    return best;
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
    const points: number[] = [];
    for (let at = 0; at < line.length; at += 2) points.push(...this.camera.toMap(line[at]!, line[at + 1]!));
    const ring = new Ring(points);
    this.tool = null;
    this.actions.surrounded(this.rowsWhere((x, y) => ring.holds(x, y)), "drawn around");
  }

  /** What the lasso does, without a pointer. */
  private surroundView(): void {
    const [left, bottom, right, top] = this.camera.visible();
    const rows = this.rowsWhere((x, y) => x >= left && x <= right && y >= bottom && y <= top);
    this.actions.surrounded(rows, "in view");
  }

  private rowsWhere(right: (x: number, y: number) => boolean): number[] {
    const { boxes } = this.shown;
    const rows: number[] = [];
    for (let row = 0; row < this.model.count; row++) {
      if (this.shown.has(row) && right(boxes[4 * row]!, boxes[4 * row + 1]!)) rows.push(row);
    }
    return rows;
  }

  /** Say on the switch what the map's nodes are that are no images. */
  private nameNodes(): void {
    const nodes = `${this.shown.facts.node}s`;
    this.tags.textContent = nodes.charAt(0).toUpperCase() + nodes.slice(1);
    this.tags.title = `Show ${nodes} on the map (T)`;
  }

  private toggleTags(): void {
    this.showsTags = !this.showsTags;
    this.tags.setAttribute("aria-pressed", String(this.showsTags));
    this.nameAll();
  }

  private nameAll(): void {
    const { file, clusters, subclusters } = this.shown;
    const width = file.bounds[2] - file.bounds[0];
    const names: Name[] = clusters.flatMap(({ name, x, y, colour, share, images }, number) => {
      if (!images) return [];
      return { text: name, x, y, colour, number, kind: "cluster", extent: width * Math.sqrt(share), weight: 1e9 + images };
    });
    const { middles } = this.shown;
    subclusters.forEach(({ name, share, images, cluster }, number) => {
      if (!images) return;
      const [x, y] = middles[number]!;
      const colour = clusters[cluster]?.colour ?? "";
      names.push({ text: name, x, y, colour, number, kind: "subcluster", extent: width * Math.sqrt(share), weight: 1e8 + images });
    });
    const isLinked = new Set(this.linked);
    file.nodes.forEach(({ label, x, y, size, images }, number) => {
      const linked = isLinked.has(number);
      if (!linked && !this.showsTags) return;
      const [extent, weight] = linked ? [Infinity, 2e9] : [size, images];
      names.push({ text: label, x, y, colour: "", number, kind: "tag", extent, weight });
    });
    this.names.set(names);
    this.redraw();
  }
}

function look(): Look {
  const style = getComputedStyle(document.documentElement);
  const ink = (name: string) => inkOf(style.getPropertyValue(name).trim());
  return { paper: ink("--paper"), mark: ink("--mark") };
}

function toggle(text: string, title: string, pressed: () => void): HTMLButtonElement {
  const made = button(text, pressed);
  made.title = title;
  made.setAttribute("aria-pressed", "false");
  return made;
}
