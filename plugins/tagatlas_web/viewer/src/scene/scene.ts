/** All that is drawn with WebGL: areas, outlines, images, and lines over them. */

import type { Boxes } from "../boxes";
import type { Camera } from "../camera";
import { unpack, type MapFile } from "../data";
import { Areas } from "./areas";
import { BasePages, SharpPages } from "./pages";
import { Sprites } from "./sprites";
import { ringLines, Strokes } from "./strokes";

/** Red, green and blue in [0, 1]. */
export type Ink = readonly [number, number, number];

export interface Look {
  paper: Ink;
  mark: Ink;
}

const AREA = 0.1;
const OUTLINE = 0.75;
const OUTLINE_WIDE = 1.6;
const MARK_WIDE = 2.5;
// A picture may be drawn a little larger than it is before a sharper one is fetched.
const SHARPER_FROM = 1.15;

export class Scene {
  /** What is drawn over the images: the links of one, the frame of another. */
  readonly over: Strokes;
  private readonly gl: WebGL2RenderingContext;
  private readonly areas: Areas;
  private readonly outlines: Strokes;
  private readonly marks: Strokes;
  private readonly sprites: Sprites;
  private readonly base: BasePages;
  private readonly sharp: SharpPages;
  private readonly typical: number;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly map: MapFile,
    boxes: Float32Array,
    private readonly places: Boxes,
    private readonly look: Look,
    /** Called when something new is to be drawn. */
    changed: () => void,
  ) {
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: false, stencil: true });
    if (!gl) throw new Error("this browser has no WebGL2: open the map in a newer one");
    this.gl = gl;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
    const rings = map.outlines.map(({ cluster, ring }) => ({
      ring: new Float32Array(unpack(ring)),
      ink: inkOf(map.clusters[cluster]?.colour ?? "#888888"),
    }));
    this.areas = new Areas(gl, rings);
    this.outlines = new Strokes(gl);
    this.outlines.set(rings.flatMap(({ ring, ink }) => ringLines(ring, ink, OUTLINE_WIDE)));
    this.marks = new Strokes(gl);
    this.over = new Strokes(gl);
    this.sprites = new Sprites(gl, boxes, map.base, map.levels);
    this.base = new BasePages(gl, map.base, changed);
    this.sharp = new SharpPages(gl, map.levels, changed);
    const sides = Array.from({ length: places.count }, (_, box) => Math.max(...places.size(box)));
    this.typical = sides.sort((one, other) => one - other)[sides.length >> 1] ?? 1;
  }

  load(): Promise<void> {
    return this.base.load();
  }

  shade(states: Float32Array): void {
    this.sprites.shade(states);
  }

  /** Put frames around images. */
  frame(rows: readonly number[]): void {
    this.marks.set(
      rows.flatMap((row) => {
        const [x, y] = this.places.centre(row);
        const [width, height] = this.places.size(row);
        const [right, top] = [width / 2, height / 2];
        const ring = [x - right, y - top, x + right, y - top, x + right, y + top, x - right, y + top];
        return ringLines(ring, this.look.mark, MARK_WIDE);
      }),
    );
  }

  draw(camera: Camera): void {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(...this.look.paper, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.STENCIL_BUFFER_BIT);
    const level = this.levelFor(camera);
    if (level >= 0) this.sharp.want(level, this.fromTheMiddle(camera));
    this.areas.draw(camera, AREA);
    this.outlines.draw(camera, OUTLINE);
    const pages = { base: this.base, sharp: this.sharp, level };
    this.sprites.draw(camera, this.map.images, pages, this.look);
    this.over.draw(camera, OUTLINE);
    this.marks.draw(camera, 1);
  }

  /** The level whose pictures are as large as images are drawn; -1 for the small ones. */
  private levelFor(camera: Camera): number {
    const drawn = (this.typical * camera.scale * this.canvas.width) / camera.width;
    if (drawn <= this.map.base.cell * SHARPER_FROM) return -1;
    const { levels } = this.map;
    const enough = levels.findIndex(({ cell }) => drawn <= cell * SHARPER_FROM);
    return enough < 0 ? levels.length - 1 : enough;
  }

  private fromTheMiddle(camera: Camera): number[] {
    const seen: { row: number; away: number }[] = [];
    this.places.visit(camera.visible(), (row) => {
      const [x, y] = this.places.centre(row);
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
