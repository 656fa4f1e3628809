/** One map in one canvas: what is drawn there, where one looks at, and what the pointer does. */

import type { Layer, StageActions } from "./actions";
import { Camera, type Bounds } from "./camera";
import { Axes } from "../looks/axes";
import type { Spot } from "../address/address";
import type { Chart } from "../data/chart";
import { Edges } from "./edges";
import { byId, element, figure } from "../elements";
import { calm, isSame, type Place } from "./flight";
import { listen } from "./gestures";
import { between, Glide } from "./glide";
import { Lasso } from "./lasso";
import { Links } from "./links";
import type { Model } from "../data/model";
import { Names, type Name } from "./names";
import { Overview } from "./overview";
import { coveredBy, fitCanvas, roomOf } from "./room";
import { drawnIn, type Drawing } from "../scene/drawing";
import { look } from "./look";
import { nearestToMiddle, ringOf, ringOfView } from "./surrounding";
import type { Tool } from "./tool";
import { Toolbar } from "./toolbar";
import { Travel } from "./travel";
import { clusterNames, tagNames } from "./words";

export type { Layer, StageActions };

/** So long a picture waits for sharper pages: ten seconds. */
const MOST_FRAMES = 600;

export class Stage {
  readonly root: HTMLElement;
  /** Over the canvas and as large, in pixels: what layers draw into. */
  readonly drawing: SVGSVGElement;
  /** The buttons over the map. */
  readonly tools: HTMLElement;
  readonly layers: Layer[] = [];
  readonly camera: Camera;
  private readonly canvas: HTMLCanvasElement;
  private readonly small: HTMLCanvasElement;
  private readonly toolbar: Toolbar;
  private readonly names: Names;
  private readonly travel: Travel;
  private readonly links = new Links();
  private readonly overview: Overview;
  private readonly edges: Edges;
  private readonly lasso: Lasso;
  private readonly axes: Axes;
  private readonly resized: ResizeObserver;
  private readonly density = window.devicePixelRatio || 1;
  private scene: Drawing;
  private held: Tool | null = null;
  private hovered = -1;
  private faded = false;
  private showsTags = false;
  private states: Float32Array | null = null;
  private inks: Float32Array | null = null;
  private glide: Glide | null = null;
  private due = 0;
  /** Whether one moves it by hand, and where one looked at when it was drawn last. */
  private steers = false;
  private drawn: Place;

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
    this.small = element("canvas", { class: "small", role: "img", "aria-label": "Where you are on the map" });
    this.toolbar = new Toolbar({
      whole: () => this.steer(this.camera.wholeMap),
      zoom: (factor) => this.steer({ x: this.camera.x, y: this.camera.y, scale: this.camera.scale * factor }),
      lasso: () => this.toggleLasso(),
      tags: () => this.toggleTags(),
    });
    this.tools = this.toolbar.root;
    this.root = element("section", { class: "stage" }, this.canvas, this.drawing, names, this.links.root, this.small, this.tools);
    place.append(this.root);

    this.camera = new Camera(shown.file.bounds, (part) => shown.places.areIn(part));
    this.travel = new Travel(this.camera);
    this.measure(); // before there is something to draw with, which would be made again
    this.scene = drawnIn(this.canvas, model.atlas, shown, look(), () => this.redraw());
    this.names = new Names(names, shown);
    this.overview = new Overview(this.small, (x, y) => this.steer({ x, y, scale: this.camera.scale }));
    this.overview.show(shown);
    this.edges = new Edges(this.drawing, shown);
    this.axes = new Axes(this.root);
    this.layers.push(this.axes);
    this.lasso = new Lasso(this.drawing, (line) => this.surround(line));
    this.resized = new ResizeObserver(() => {
      this.measure();
      if (this.due) this.paint(performance.now()); // what was drawn went with the old size
    });
    this.listen();
    this.camera.fit();
    this.drawn = this.camera.place;
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

  /** Whether the browser can draw the map. */
  get isDrawn(): boolean {
    return this.scene.isDrawn;
  }

  /** Whether images have colours of their own. */
  get isTinted(): boolean {
    return this.inks !== null;
  }

  /** When the pictures are there that a drawing so many times as fine as the screen's shows. */
  async prepared(density: number): Promise<void> {
    for (let frame = 0; frame < MOST_FRAMES && !this.scene.prepare(this.camera, density); frame++) {
      await new Promise(requestAnimationFrame);
    }
  }

  /** Draw what is seen into a part of a picture that has so many pixels for one of the screen. */
  drawOn(picture: CanvasRenderingContext2D, density: number, { x, y }: { x: number; y: number }): void {
    const { canvas, camera } = this;
    const before = [canvas.width, canvas.height] as const;
    const [wide, high] = [Math.round(camera.width * density), Math.round(camera.height * density)];
    [canvas.width, canvas.height] = [Math.max(wide, before[0]), Math.max(high, before[1])];
    this.scene.draw(camera, density, true);
    picture.drawImage(canvas, 0, 0, wide, high, Math.round(x * density), Math.round(y * density), wide, high);
    [canvas.width, canvas.height] = before;
    this.paint(performance.now());
  }

  /** The map that is shown. */
  get chart(): Chart {
    return this.shown.home;
  }

  /** The map with its images where they are now, which may be in an arrangement. */
  get places(): Chart {
    return this.shown;
  }

  /** Colour images, as `Scene.tint` does; outlines of clusters step back. */
  tint(inks: Float32Array | null): void {
    this.inks = inks;
    this.scene.tint(inks);
    this.redraw();
  }

  /**
   * Show another map: images glide to their places there.
   *
   * @param row an image to keep in view, or -1.
   */
  show(chart: Chart, row: number): void {
    const { camera } = this;
    const before = camera.place;
    this.steers = false;
    const [old, closeness] = [this.shown, camera.closeness];
    this.shown = chart;
    this.travel.stop();
    camera.turnTo(chart.file.bounds, (part) => chart.places.areIn(part));
    if (row >= 0 && chart.has(row)) {
      const [x, y] = chart.places.centre(row);
      camera.moveTo({ x, y, scale: camera.scale * Math.max(closeness, 1) });
    }
    const [from, to] = between(old.boxes, before, chart.boxes, camera);
    this.glide = calm() ? null : new Glide();
    this.scene.show(chart, from, to);
    this.axes.show(chart.arranged);
    this.root.classList.toggle("arranged", chart.arranged !== null);
    this.overview.show(chart);
    this.hovered = -1;
    this.edges.set(chart, []);
    this.unlink();
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
    const own = rows.filter((row) => this.shown.has(row));
    this.scene.frame(own);
    this.edges.set(this.shown, own);
    this.redraw();
  }

  /** Keep names of clusters off parts of the map, in its units. */
  keepFree(parts: readonly Bounds[]): void {
    this.names.keepFree(parts);
    this.redraw();
  }

  /** Draw lines from an image to tags of the map, by number in its `nodes`, and to images. */
  link(row: number, nodes: readonly number[], images: readonly number[]): void {
    const [x, y] = this.shown.places.centre(row);
    const tags = nodes.flatMap((node) => this.shown.file.nodes[node] ?? []); // an arrangement has none
    const ends = [
      ...tags.map((node) => [node.x, node.y]),
      ...images.map((image) => this.shown.places.centre(image)),
    ];
    this.scene.over.set(ends.flatMap(([toX, toY]) => [x, y, toX!, toY!, ...this.scene.look.mark, 1]));
    this.links.set(tags.map(({ label, x, y }) => ({ text: label, at: [x, y] })), this.shown.places.around([row]));
    this.redraw();
  }

  unlink(): void {
    this.scene.over.set([]);
    this.links.set([], null);
    this.redraw();
  }

  fly(to: Place): void {
    this.steers = false;
    this.travel.to(to);
    this.redraw();
  }

  private steer(to: Place): void {
    this.fly(to);
    this.steers = true;
  }

  /**
   * Show the part of the map where some images are, with a name.
   *
   * @param name of the cluster that they are, if they are one.
   */
  visit(rows: ArrayLike<number>, name: { kind: Name["kind"]; number: number } | null = null): void {
    this.measure();
    this.steers = false;
    this.travel.visit(this.shown, rows, (scale) => name && this.names.around(name.kind, name.number, scale));
    this.redraw();
  }

  /** Look at a place at once; null shows the whole map. */
  see(spot: Spot | null): void {
    this.measure();
    this.steers = false;
    this.travel.stop();
    this.camera.see(spot);
    this.redraw();
  }

  /** Show an image large enough to see it. */
  approach(row: number): void {
    if (!this.shown.has(row)) return;
    this.measure();
    this.steers = false;
    this.travel.approach(this.shown, row);
    this.redraw();
  }

  /** Bring an image into view, if it is out of it or behind something. */
  reveal(row: number): void {
    if (!this.shown.has(row)) return;
    this.measure();
    this.steers = false;
    this.travel.reveal(this.shown, row);
    this.redraw();
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

  /** Let outlines of clusters step back behind what is drawn by hand, or not. */
  fade(faded: boolean): void {
    this.faded = faded;
    this.scene.fade(faded);
    this.redraw();
  }

  /** Take the colours that the page has now. */
  restyle(): void {
    this.scene.look = look();
    this.scene.recolour();
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
    const moves = this.travel.step(now);
    this.scene.part = this.glide?.part(now) ?? 1;
    if (this.scene.part === 1) this.glide = null;
    this.root.classList.toggle("gliding", this.glide !== null);
    this.scene.draw(this.camera, this.density);
    this.names.place(this.camera);
    this.links.place(this.camera, this.names.boxes);
    this.edges.draw(this.camera);
    this.overview.draw(this.camera);
    for (const layer of this.layers) layer.draw(this.camera);
    const before = this.drawn;
    this.drawn = this.camera.place;
    if (this.steers && !isSame(before, this.drawn)) this.actions.moved(before);
    if (moves || this.glide) this.redraw();
    else this.steers = false;
  }

  private listen(): void {
    listen(this.canvas, this.camera, {
      moved: (how) => {
        this.travel.stop();
        this.steers = true;
        this.redraw();
        if (how === "keys") this.hover(nearestToMiddle(this.shown, this.camera), "keys");
      },
      hovered: (point) => this.point(point),
      clicked: (point) => this.click(point),
      draws: () => this.held !== null,
      drawn: (line, finished) => this.held?.drawn(line, finished),
      dropped: () => this.held?.left(),
      key: (event) => this.key(event),
    });
    this.resized.observe(this.root);
    this.resized.observe(this.tools);
    this.root.addEventListener("focusin", () => this.actions.entered());
    this.root.addEventListener("pointerdown", () => this.actions.entered());
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.restore());
  }

  /** The graphics card forgot everything, as it may when the machine slept. */
  private restore(): void {
    this.scene = drawnIn(this.canvas, this.model.atlas, this.shown, look(), () => this.redraw());
    this.scene.fade(this.faded);
    if (this.states) this.scene.shade(this.states);
    this.scene.tint(this.inks);
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
    else if (key === "v") this.actions.surrounded(ringOfView(this.camera), "in view"); // the lasso without a pointer
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

  /** Take the room that there is. */
  private measure(): void {
    const { canvas, camera, density } = this;
    const [width, height] = [Math.max(1, this.root.clientWidth), Math.max(1, this.root.clientHeight)];
    camera.cover(coveredBy(byId("card"), this.root));
    if (!camera.resize(width, height, roomOf(this.root, this.tools, this.small))) return;
    this.redraw();
    fitCanvas(canvas, width, height, density);
  }

  private rowAt(point: readonly [number, number]): number {
    return this.shown.places.at(...this.camera.toMap(...point));
  }

  /** The pointer is over a point of the screen, or has left. */
  private point(point: readonly [number, number] | null): void {
    const name = point && this.names.at(...point);
    const row = point && !name ? this.rowAt(point) : -1;
    this.canvas.style.cursor = this.held?.cursor ?? (name || row >= 0 ? "pointer" : "");
    this.hover(row, "pointer");
    this.canvas.title = row >= 0 ? this.model.label(row) : name && this.names.isCut(name) ? name.text : "";
  }

  private hover(row: number, how: "pointer" | "keys"): void {
    if (row === this.hovered) return;
    this.hovered = row;
    if (how === "keys" && row >= 0) this.actions.say(this.model.label(row));
    this.actions.hovered(row);
  }

  private toggleLasso(): void {
    this.tool = this.held === this.lasso ? null : this.lasso;
  }

  private surround(line: readonly number[]): void {
    const ring = ringOf(line, this.camera);
    this.tool = null;
    if (ring.length >= 6) this.actions.surrounded(ring, "drawn around");
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
    const clusters = this.shown.arranged ? [] : clusterNames(this.shown);
    this.names.set(this.shown, clusters, this.showsTags ? tagNames(this.shown) : []);
    this.redraw();
  }
}
