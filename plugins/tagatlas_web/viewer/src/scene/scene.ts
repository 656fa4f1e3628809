/** All that is drawn with WebGL: areas, outlines, images, and lines over them. */

import type { Camera } from "../map/camera";
import type { Chart } from "../data/chart";
import { unpack, type AtlasFile } from "../data/files";
import { Areas } from "./areas";
import { settled } from "./gl";
import { BasePages, SharpPages } from "./pages";
import { Sprites } from "./sprites";
import { ringLines, smooth, Strokes } from "./strokes";

/** Red, green and blue in [0, 1]. */
export type Ink = readonly [number, number, number];

export interface Look {
  paper: Ink;
  mark: Ink;
}

const AREA = 0.1;
/** Share of its colour in a line around a cluster; the rest is that of the paper. */
const OUTLINE = 0.8;
const OUTLINE_WIDE = 1.6;
const HAIRLINE_WIDE = 0.7;
/** Lines around pictures that are drawn smaller than that, in pixels, are finer. */
const FINER_BELOW = 28;
const FINEST = 0.45;
const LINK = 0.75;
const MARK_WIDE = 2.5;
// A picture may be drawn a little larger than it is before a sharper one is fetched.
const SHARPER_FROM = 1.15;

export class Scene {
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
  private typical = 1;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly atlas: AtlasFile,
    private chart: Chart,
    public look: Look,
    /** Called when something new is to be drawn. */
    changed: () => void,
  ) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, stencil: true });
    if (!gl) throw new Error("this browser has no WebGL2: open the map in a newer one");
    this.gl = gl;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
    this.areas = new Areas(gl);
    this.outlines = new Strokes(gl);
    this.marks = new Strokes(gl);
    this.over = new Strokes(gl);
    this.sprites = new Sprites(gl, atlas.images, atlas.base, atlas.levels, atlas.cutOuts);
    this.base = new BasePages(gl, atlas.base, atlas.cutOuts, changed);
    this.sharp = new SharpPages(gl, atlas.levels, atlas.cutOuts, changed);
    this.show(chart, chart.boxes, chart.boxes);
  }

  load(): Promise<void> {
    return this.base.load();
  }

  /** @param before, after where the images come from and go to: x, y, width and height. */
  show(chart: Chart, before: Float32Array, after: Float32Array): void {
    this.chart = chart;
    this.recolour();
    this.over.set([]);
    this.marks.set([]);
    this.sprites.move(before, after);
    this.typical = chart.places.typicalSide();
  }

  /** Draw outlines in the colours that clusters have now. */
  recolour(): void {
    const { chart } = this;
    const rings = chart.file.outlines.map(({ cluster, main, ring }) => ({
      main,
      ring: smooth(new Float32Array(unpack(ring))),
      ink: inkOf(chart.clusters[cluster]?.colour ?? "#888888"),
    }));
    this.areas.set(rings.filter(({ main }) => main));
    this.outlines.set(
      // Lines that one sees through would show where they overlap.
      rings.flatMap(({ main, ring, ink }) => ringLines(ring, this.mixed(ink), main ? OUTLINE_WIDE : HAIRLINE_WIDE)),
    );
  }

  private mixed(ink: Ink): Ink {
    const mix = (part: 0 | 1 | 2) => ink[part] * OUTLINE + this.look.paper[part] * (1 - OUTLINE);
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
    this.sprites.shade(states);
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

  /** @param density pixels of the canvas for one of the camera; it may be larger than what is drawn. */
  draw(camera: Camera, density: number): void {
    const { gl, canvas } = this;
    const [width, height] = [Math.round(camera.width * density), Math.round(camera.height * density)];
    gl.viewport(0, canvas.height - height, width, height);
    gl.clearColor(...this.look.paper, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.STENCIL_BUFFER_BIT);
    const level = this.levelFor(camera.scale * density);
    if (level >= 0 && this.part === 1) this.sharp.want(level, this.fromTheMiddle(camera));
    this.areas.draw(camera, AREA * this.part);
    const finer = Math.min(Math.max((this.typical * camera.scale) / FINER_BELOW, FINEST), 1);
    this.outlines.draw(camera, this.part, finer);
    const pages = { base: this.base, sharp: this.sharp, level };
    this.sprites.draw(camera, this.part, pages, this.look);
    if (this.part < 1) return;
    this.over.draw(camera, LINK);
    this.marks.draw(camera, 1);
  }

  /** The level whose pictures are as large as images are drawn; -1 for the small ones. */
  private levelFor(pixels: number): number {
    const drawn = this.typical * pixels;
    const { base, levels } = this.atlas;
    if (drawn <= base.cell * SHARPER_FROM) return -1;
    const enough = levels.findIndex(({ cell }) => drawn <= cell * SHARPER_FROM);
    return enough < 0 ? levels.length - 1 : enough;
  }

  private fromTheMiddle(camera: Camera): number[] {
    const seen: { row: number; away: number }[] = [];
    const { places } = this.chart;
    places.visit(camera.visible(), (row) => {
      const [x, y] = places.centre(row);
      seen.push({ row, away: Math.hypot(x - camera.x, y - camera.y) });
    });
    return seen.sort((one, other) => one.away - other.away).map(({ row }) => row);
  }
}

/** A colour written as `#rrggbb`. */
export function inkOf(colour: string): Ink {
  const value = parseInt(colour.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
