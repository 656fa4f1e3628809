/** All that is drawn with WebGL: areas, outlines, images, and lines over them. */

import type { Bounds, Camera } from "../map/camera";
import type { Chart } from "../data/chart";
import { unpack, type AtlasFile } from "../data/files";
import { Areas } from "./areas";
import { Chunks, rowsIn, type Range } from "./chunks";
import { NoWebGL, settled } from "./gl";
import { BasePages, SharpPages } from "./pages";
import { lifted } from "./lifted";
import { Painting } from "./painting";
import { Sprites } from "./sprites";
import { ringLines, smooth, Strokes, thinned } from "./strokes";
import { TiledImages } from "./tiled";
import type { View } from "./view";

/** Red, green and blue in [0, 1]. */
export type Ink = readonly [number, number, number];

export interface Look {
  paper: Ink;
  mark: Ink;
}

/** Of the areas and outlines of clusters, where images have colours of their own. */
const BEHIND = 0.3;
const AREA = 0.1;
/** Share of its colour in a line around a cluster; the rest is that of the paper. */
const OUTLINE = 0.8;
const OUTLINE_WIDE = 1.6;
const HAIRLINE_WIDE = 0.7;
/** What is left of outlines and areas that are faded. */
const FADED = 0.3;
/** Lines around pictures that are drawn smaller than that, in pixels, are finer. */
const FINER_BELOW = 28;
const FINEST = 0.45;
/** Lines of a ring hardly turn: where they overlap more their edges show. */
const OVERLAP = 0.2;
/** Corners of rings are at least so far apart, in pixels, or a fourth of it. */
const CORNERS_APART = 2;
const STEP = 4;
/** Corners along the side of an image, where they are closest. */
const CORNERS_OF_IMAGE = 32;
const LINK = 0.75;
const MARK_WIDE = 2.5;
// A picture may be drawn a little larger than it is before a sharper one is fetched.
const SHARPER_FROM = 1.15;
/** So many images are drawn at once in each frame; of more, some in each. */
const AT_ONCE = 12_000;

export class Scene {
  readonly isDrawn: boolean = true;
  /** What is drawn over the images: the links of one. */
  readonly over: Strokes;
  /** Of the way that images glide to their places, in [0, 1]. */
  part = 1;
  private readonly gl: WebGL2RenderingContext;
  private readonly areas: Areas;
  private readonly outlines: Strokes;
  private readonly marks: Strokes;
  private readonly sprites: Sprites;
  private readonly base: BasePages;
  private readonly sharp: SharpPages;
  private readonly painting: Painting;
  /** Where the map is in tiles; null where all images are there. */
  private readonly tiled: TiledImages | null = null;
  /** Whether images hide what is below them as long as their pictures are not there. */
  private covers = true;
  private chunks = new Chunks(new Float32Array());
  private typical = 1;
  private rings: readonly { main: boolean; ring: Float32Array; ink: Ink }[] = [];
  /** How far apart corners of the rings are that are drawn; null where none are. */
  private thinned: number | null = null;
  private faded = false;
  private isTinted = false;
  /** Counts what changed but for the camera. */
  private version = 0;
  private density = 1;
  private painted: { version: number; look: Look } | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly atlas: AtlasFile,
    private chart: Chart,
    public look: Look,
    /** Called when something new is to be drawn. */
    private readonly changed: () => void,
  ) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, stencil: true });
    if (!gl) throw new NoWebGL("WebGL is switched off or not available in this browser");
    this.gl = gl;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
    this.areas = new Areas(gl);
    this.outlines = new Strokes(gl);
    this.marks = new Strokes(gl);
    this.over = new Strokes(gl);
    this.sprites = new Sprites(gl, atlas.images, atlas.base, atlas.levels, atlas.cutOuts);
    const renewed = () => {
      this.version++;
      changed();
    };
    this.base = new BasePages(gl, atlas.base, atlas.cutOuts, renewed);
    this.sharp = new SharpPages(gl, atlas.levels, atlas.cutOuts, renewed);
    this.painting = new Painting(gl, {
      begin: (view) => this.ground(view),
      images: (view, rows) => this.images(view, rows),
    });
    if (chart.tiles && atlas.tiles) {
      this.tiled = new TiledImages(gl, chart.tiles, atlas.tiles.overview, this.sprites, renewed);
      chart.tiles.listen(renewed);
    }
    this.show(chart, chart.boxes, chart.boxes);
  }

  load(): Promise<void> {
    return this.tiled?.whole.load() ?? this.base.load();
  }

  /** @param before, after where the images come from and go to: x, y, width and height. */
  show(chart: Chart, before: Float32Array, after: Float32Array): void {
    this.chart = chart;
    this.typical = chart.places.typicalSide();
    this.recolour();
    this.over.set([]);
    this.marks.set([]);
    if (this.tiled) return;
    this.sprites.move(before, after);
    this.chunks = new Chunks(after);
  }

  /** Draw outlines in the colours that clusters have now. */
  recolour(): void {
    const { chart } = this;
    this.version++;
    this.rings = chart.file.outlines.map(({ cluster, main, ring }) => ({
      main,
      ring: smooth(new Float32Array(unpack(ring))),
      ink: lifted(inkOf(chart.clusters[cluster]?.colour ?? "#888888"), this.look.paper),
    }));
    this.thinned = null;
  }

  /** Have rings no finer than they are seen. */
  private thin(scale: number): void {
    const finest = this.typical / CORNERS_OF_IMAGE;
    const step = STEP ** Math.floor(Math.log(Math.max(CORNERS_APART / scale, finest)) / Math.log(STEP));
    if (this.thinned === step) return;
    this.thinned = step;
    const rings = this.rings.map((each) => ({ ...each, ring: thinned(each.ring, step) }));
    this.areas.set(rings.filter(({ main }) => main));
    this.outlines.set(
      // Lines that one sees through would show where they overlap.
      rings.flatMap(({ main, ring, ink }) => ringLines(ring, this.mixed(ink), main ? OUTLINE_WIDE : HAIRLINE_WIDE)),
    );
  }

  /** Let outlines of clusters step back behind what is drawn by hand, or not. */
  fade(faded: boolean): void {
    this.faded = faded;
    this.recolour();
  }

  /** How far areas and outlines step back, in [0, 1]. */
  private get behind(): number {
    return (this.faded ? FADED : 1) * (this.isTinted ? BEHIND : 1);
  }

  private mixed(ink: Ink): Ink {
    const share = OUTLINE * this.behind;
    const mix = (part: 0 | 1 | 2) => ink[part] * share + this.look.paper[part] * (1 - share);
    return [mix(0), mix(1), mix(2)];
  }

  /** When all is drawn that is to be. */
  settled(): Promise<void> {
    return settled(this.gl);
  }

  /** Give the graphics memory back. */
  free(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  shade(states: Float32Array): void {
    this.version++;
    if (this.tiled) this.tiled.shade(states);
    else this.sprites.shade(states);
  }

  /**
   * Colour images: with frames, and where they are small as a whole.
   *
   * @param inks for each image red, green and blue as one number, -1 for none; null colours none.
   */
  tint(inks: Float32Array | null): void {
    this.sprites.tint(inks);
    this.isTinted = inks !== null;
    this.recolour();
  }

  /** Put frames around images. */
  frame(rows: readonly number[]): void {
    const { places } = this.chart;
    this.marks.set(
      rows.flatMap((row) => {
        const [x, y] = places.centre(row);
        const [width, height] = places.size(row);
        const [right, top] = [width / 2, height / 2];
        const ring = [x - right, y - top, x + right, y - top, x + right, y + top, x - right, y + top];
        return ringLines(ring, this.look.mark, MARK_WIDE);
      }),
    );
  }

  /**
   * @param density pixels of the canvas for one of the camera; it may be larger than what is drawn.
   * @param atOnce whether all is drawn now, however long it takes; else many images come bit by bit.
   */
  draw(camera: Camera, density: number, atOnce = false): void {
    this.density = density;
    const seen = this.tiled ? this.tiled.want(camera.visible()).rows : this.chunks.seen(camera.visible());
    if (atOnce || this.part < 1 || rowsIn(seen) <= AT_ONCE) {
      this.painting.clear();
      this.onScreen(camera);
      this.images(camera, this.ground(camera));
      delete this.canvas.dataset.painting;
    } else if (this.painting.draw(camera, density, this.state(), () => this.onScreen(camera))) {
      delete this.canvas.dataset.painting;
    } else {
      this.canvas.dataset.painting = "";
      this.changed();
    }
    if (this.part < 1) return;
    this.over.draw(camera, LINK);
    this.marks.draw(camera, 1);
  }

  /** What is painted depends on: the same object until something changes. */
  private state(): unknown {
    const { version, look, painted } = this;
    if (painted?.version !== version || painted.look !== look) this.painted = { version, look };
    return this.painted;
  }

  /** Draw on the screen from now on, which is emptied. */
  private onScreen(camera: Camera): void {
    const { gl, canvas, density } = this;
    const [width, height] = [Math.round(camera.width * density), Math.round(camera.height * density)];
    gl.viewport(0, canvas.height - height, width, height);
    this.empty();
  }

  private empty(): void {
    const { gl } = this;
    gl.clearColor(...this.look.paper, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.STENCIL_BUFFER_BIT);
  }

  /** Draw what lies below the images, and fetch their pictures; returns which images are in view. */
  private ground(view: View): Range[] {
    this.empty();
    const level = this.levelFor(view.scale * this.density);
    if (level >= 0 && this.part === 1) this.sharp.want(level, this.fromTheMiddle(view));
    this.thin(view.scale * this.density);
    this.areas.draw(view, AREA * this.part * this.behind);
    const finer = Math.min(Math.max((this.typical * view.scale) / FINER_BELOW, FINEST), 1);
    this.outlines.draw(view, this.part, finer, OVERLAP);
    if (this.tiled) return this.tiledGround(view, this.tiled, level);
    // What glides may come from anywhere.
    return this.part < 1 ? [{ first: 0, end: this.atlas.images }] : this.chunks.seen(visible(view));
  }

  /** Draw the whole map where images, or their pictures, are not there; returns which images are. */
  private tiledGround(view: View, tiled: TiledImages, level: number): Range[] {
    const part = visible(view);
    const { rows, areAll } = tiled.want(part);
    this.covers = areAll && level >= 0 && this.sharp.has(level, this.fromTheMiddle(view));
    if (!this.covers) tiled.draw(view, part, this.density, this.look, areAll);
    return rows;
  }

  private images(view: View, rows: readonly Range[]): void {
    const level = this.levelFor(view.scale * this.density);
    const pages = { base: this.base, sharp: this.sharp, level };
    this.sprites.draw(view, this.part, pages, this.look, rows, this.density, this.chart.places.largestSide, this.covers);
  }

  /** Fetch what a drawing shows; whether all of it is there. */
  prepare(camera: Camera, density: number): boolean {
    const level = this.levelFor(camera.scale * density);
    const { tiled } = this;
    if (tiled) {
      const isThere = tiled.prepare(camera.visible(), camera.scale * density);
      if (!isThere || level < 0 || !tiled.isNear(camera.visible())) return isThere;
    }
    if (level < 0) return this.base.ready >= this.atlas.base.pages;
    const seen = this.fromTheMiddle(camera);
    this.sharp.want(level, seen);
    return this.sharp.has(level, seen);
  }

  /** The level whose pictures are as large as images are drawn; -1 for the small ones. */
  private levelFor(pixels: number): number {
    const drawn = this.typical * pixels;
    const { base, levels } = this.atlas;
    if (drawn <= base.cell * SHARPER_FROM) return -1;
    const enough = levels.findIndex(({ cell }) => drawn <= cell * SHARPER_FROM);
    return enough < 0 ? levels.length - 1 : enough;
  }

  /** The images in view, the most central first. */
  private fromTheMiddle(view: View): number[] {
    const { places } = this.chart;
    const seen: number[] = [];
    const away: number[] = [];
    places.visit(visible(view), (row) => {
      const [x, y] = places.centre(row);
      seen.push(row);
      away.push(Math.hypot(x - view.x, y - view.y));
    });
    const order = Uint32Array.from(seen, (_, at) => at).sort((one, other) => away[one]! - away[other]!);
    return Array.from(order, (at) => seen[at]!);
  }
}

/** The part of the map in a view. */
function visible({ x, y, scale, width, height }: View): Bounds {
  const [right, top] = [width / 2 / scale, height / 2 / scale];
  return [x - right, y - top, x + right, y + top];
}

/** A colour written as `#rrggbb`. */
export function inkOf(colour: string): Ink {
  const value = parseInt(colour.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
