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
import { Links } from "./links";
import type { Model } from "../data/model";
import { Names, type Name } from "./names";
import { Overview } from "./overview";
import { Pointing } from "./pointing";
import { coveredBy, roomOf } from "./room";
import { Surface } from "./surface";
import type { Tool } from "./tool";
import { Toolbar } from "./toolbar";
import { Travel } from "./travel";
import { clusterNames, tagNames } from "./words";

export type { Layer, StageActions };

export class Stage {
  readonly root: HTMLElement;
  /** Over the canvas and as large, in pixels: what layers draw into. */
  readonly drawing: SVGSVGElement;
  /** The buttons over the map. */
  readonly tools: HTMLElement;
  readonly layers: Layer[] = [];
  readonly camera: Camera;
  private readonly surface: Surface;
  private readonly small: HTMLCanvasElement;
  private readonly toolbar: Toolbar;
  private readonly names: Names;
  private readonly travel: Travel;
  private readonly links = new Links();
  private readonly overview: Overview;
  private readonly edges: Edges;
  private readonly pointing: Pointing;
  private readonly axes: Axes;
  private readonly resized: ResizeObserver;
  private showsTags = false;
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
    this.surface = new Surface(model.atlas, () => this.redraw());
    const { canvas } = this.surface;
    this.drawing = figure("svg", { class: "drawing", role: "presentation" });
    const names = element("div", { class: "names", "aria-hidden": "true" });
    this.small = element("canvas", { class: "small", role: "img", "aria-label": "Where you are on the map" });
    this.toolbar = new Toolbar({
      whole: () => this.steer(this.camera.wholeMap),
      zoom: (factor) => this.steer({ x: this.camera.x, y: this.camera.y, scale: this.camera.scale * factor }),
      lasso: () => this.pointing.toggleLasso(),
      tags: () => this.toggleTags(),
    });
    this.tools = this.toolbar.root;
    this.root = element("section", { class: "stage" }, canvas, this.drawing, names, this.links.root, this.small, this.tools);
    place.append(this.root);

    this.camera = new Camera(shown.file.bounds, (part) => shown.places.areIn(part));
    this.travel = new Travel(this.camera);
    this.measure(); // before there is something to draw with, which would be made again
    this.surface.begin(shown);
    this.names = new Names(names, shown);
    this.overview = new Overview(this.small, (x, y) => this.steer({ x, y, scale: this.camera.scale }));
    this.overview.show(shown);
    this.edges = new Edges(this.drawing, shown);
    this.axes = new Axes(this.root);
    this.layers.push(this.axes);
    this.pointing = new Pointing(
      this.drawing,
      { canvas, camera: this.camera, names: this.names, model, places: () => this.shown },
      { ...actions, turned: () => this.press(), tags: () => this.toggleTags() },
    );
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
    return this.surface.drawing.load();
  }

  /** When all is drawn that is to be. */
  settled(): Promise<void> {
    return this.surface.drawing.settled();
  }

  /** Whether the browser can draw the map. */
  get isDrawn(): boolean {
    return this.surface.drawing.isDrawn;
  }

  /** Whether images have colours of their own. */
  get isTinted(): boolean {
    return this.surface.isTinted;
  }

  /** When the pictures are there that a drawing so many times as fine as the screen's shows. */
  prepared(density: number): Promise<void> {
    return this.surface.prepared(this.camera, density);
  }

  /** Draw what is seen into a part of a picture that has so many pixels for one of the screen. */
  drawOn(picture: CanvasRenderingContext2D, density: number, at: { x: number; y: number }): void {
    this.surface.drawOn(picture, this.camera, density, at);
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
    this.surface.tint(inks);
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
    this.surface.drawing.show(chart, from, to);
    this.axes.show(chart.arranged);
    this.root.classList.toggle("arranged", chart.arranged !== null);
    this.overview.show(chart);
    this.pointing.forget();
    this.edges.set(chart, []);
    this.unlink();
    this.renamed();
  }

  /** What dragging does: null moves the map. */
  get tool(): Tool | null {
    return this.pointing.tool;
  }

  set tool(tool: Tool | null) {
    this.pointing.tool = tool;
  }

  /** Draw at the next frame. */
  redraw(): void {
    this.due ||= requestAnimationFrame((now) => this.paint(now));
  }

  /** How each image is shown: a `Shade`. */
  shade(states: Float32Array): void {
    this.surface.shade(states);
    this.redraw();
  }

  /** Put frames around images. */
  frame(rows: readonly number[]): void {
    const own = rows.filter((row) => this.shown.has(row));
    this.surface.drawing.frame(own);
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
    const { over, look } = this.surface.drawing;
    over.set(ends.flatMap(([toX, toY]) => [x, y, toX!, toY!, ...look.mark, 1]));
    this.links.set(tags.map(({ label, x, y }) => ({ text: label, at: [x, y] })), this.shown.places.around([row]));
    this.redraw();
  }

  unlink(): void {
    this.surface.drawing.over.set([]);
    this.links.set([], null);
    this.redraw();
  }

  fly(to: Place): void {
    this.go(() => this.travel.to(to));
  }

  /**
   * Show the part of the map where some images are, with a name.
   *
   * @param name of the cluster that they are, if they are one.
   */
  visit(rows: ArrayLike<number>, name: { kind: Name["kind"]; number: number } | null = null): void {
    this.go(() => this.travel.visit(this.shown, rows, (scale) => name && this.names.around(name.kind, name.number, scale)));
  }

  /** Look at a place at once; null shows the whole map. */
  see(spot: Spot | null): void {
    this.go(() => {
      this.travel.stop();
      this.camera.see(spot);
    });
  }

  /** Show an image large enough to see it. */
  approach(row: number): void {
    if (this.shown.has(row)) this.go(() => this.travel.approach(this.shown, row));
  }

  /** Bring an image into view, if it is out of it or behind something. */
  reveal(row: number): void {
    if (this.shown.has(row)) this.go(() => this.travel.reveal(this.shown, row));
  }

  /** Go elsewhere, in the room that there is now. */
  private go(work: () => void): void {
    this.measure();
    this.steers = false;
    work();
    this.redraw();
  }

  /** Go elsewhere by hand. */
  private steer(to: Place): void {
    this.fly(to);
    this.steers = true;
  }

  /** Clusters are called otherwise. */
  renamed(): void {
    this.surface.canvas.setAttribute("aria-label", `The map ${this.shown.facts.name}`);
    this.root.setAttribute("aria-label", `Map ${this.shown.facts.name}`);
    this.toolbar.name(this.shown.facts.name, this.shown.facts.node);
    this.nameAll();
  }

  /** Images are in other clusters. */
  regrouped(): void {
    this.surface.drawing.recolour();
    this.overview.show(this.shown);
    this.renamed();
  }

  /** Let outlines of clusters step back behind what is drawn by hand, or not. */
  fade(faded: boolean): void {
    this.surface.fade(faded);
    this.redraw();
  }

  /** Take the colours that the page has now. */
  restyle(): void {
    this.surface.restyle();
    this.overview.restyle();
    this.redraw();
  }

  focus(): void {
    this.surface.canvas.focus();
  }

  /** Take the stage away. */
  remove(): void {
    this.resized.disconnect();
    cancelAnimationFrame(this.due);
    this.surface.drawing.free();
    this.root.remove();
  }

  private paint(now: number): void {
    cancelAnimationFrame(this.due);
    this.due = 0;
    const moves = this.travel.step(now);
    const part = this.glide?.part(now) ?? 1;
    this.surface.drawing.part = part;
    if (part === 1) this.glide = null;
    this.root.classList.toggle("gliding", this.glide !== null);
    this.surface.draw(this.camera);
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
    const { pointing, surface: { canvas } } = this;
    listen(canvas, this.camera, {
      moved: (how) => {
        this.travel.stop();
        this.steers = true;
        this.redraw();
        if (how === "keys") pointing.movedWithKeys();
      },
      hovered: (point) => pointing.point(point),
      clicked: (point) => pointing.click(point),
      draws: () => pointing.tool !== null,
      drawn: (line, finished) => pointing.tool?.drawn(line, finished),
      dropped: () => pointing.tool?.left(),
      key: (event) => pointing.key(event),
    });
    this.resized.observe(this.root);
    this.resized.observe(this.tools);
    this.root.addEventListener("focusin", () => this.actions.entered());
    this.root.addEventListener("pointerdown", () => this.actions.entered());
    canvas.addEventListener("webglcontextrestored", () => this.restore());
  }

  /** The graphics card forgot everything, as it may when the machine slept. */
  private restore(): void {
    this.surface.begin(this.shown);
    void this.surface.drawing.load();
    this.redraw();
  }

  /** Take the room that there is. */
  private measure(): void {
    const { camera } = this;
    const [width, height] = [Math.max(1, this.root.clientWidth), Math.max(1, this.root.clientHeight)];
    camera.cover(coveredBy(byId("card"), this.root));
    if (!camera.resize(width, height, roomOf(this.root, this.tools, this.small))) return;
    this.redraw();
    this.surface.fit(width, height);
  }

  private toggleTags(): void {
    this.showsTags = !this.showsTags;
    this.press();
    this.nameAll();
  }

  private press(): void {
    this.toolbar.press(this.pointing.isLasso, this.showsTags);
  }

  private nameAll(): void {
    const clusters = this.shown.arranged ? [] : clusterNames(this.shown);
    this.names.set(this.shown, clusters, this.showsTags ? tagNames(this.shown) : []);
    this.redraw();
  }
}
