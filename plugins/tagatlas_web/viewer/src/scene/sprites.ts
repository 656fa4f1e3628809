/**
 * Draws the images, all in one call: one rectangle each, or, where they are small, one point each,
 * which takes a sixth of the vertices.
 */

import type { PageLevel } from "../data/files";
import type { Range } from "./chunks";
import { CORNERS, IN_ROW, Numbers, Program, RECTANGLES, type GL } from "./gl";
import type { BasePages, SharpPages } from "./pages";
import { Shade } from "./shade";
import type { View } from "./view";

const VERTEX = `${RECTANGLES}
uniform highp sampler2D before, after, states, inks;
uniform bool inked;
uniform int ahead; // what images are more than their places here
uniform float part;
uniform vec2 centre, scale;
uniform float pixels, density;
uniform vec4 base;
uniform vec4 sharp, coarser; // two sharper levels: where the first lacks a page, the second may have it
uniform highp isampler2D table, coarserTable;
flat out vec4 on; // the picture on its page: left, top, width and height
flat out float layer;
flat out float texel; // half a pixel of the page
flat out vec2 size; // in pixels of the screen
flat out float shade;
flat out int isSharp;
#ifndef POINTS
out vec2 spot;
#endif
flat out vec4 ink; // and how much of it there is

int layerOf(highp isampler2D layers, vec4 facts, int image) {
  int page = image / int(facts.z);
  return texelFetch(layers, ivec2(page % 256, page / 256), 0).r;
}

void main() {
#ifdef POINTS
  int at = gl_VertexID;
#else
  int at = rectangle();
#endif
  int image = at + ahead;
  vec4 box = lookUp(after, at);
  if (part < 1.0) box = mix(lookUp(before, at), box, part);
  float state = lookUp(states, at / 4)[at % 4];
  shade = state;
  if (max(box.z, box.w) <= 0.0) { // the image is not on this map
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 reach = box.zw / 2.0;
  // What is a target of the pointer or of a search is never smaller than a few pixels.
  float least = state > 1.5 ? 5.0 / pixels : 1.2 / pixels;
  reach *= max(1.0, least / max(reach.x, reach.y));
  size = 2.0 * reach * pixels * density;
  ink = vec4(0.0);
  float packed = inked ? lookUp(inks, at / 4)[at % 4] : -1.0;
  if (packed >= 0.0) ink = vec4(floor(packed / 65536.0), mod(floor(packed / 256.0), 256.0), mod(packed, 256.0), 255.0) / 255.0;
#ifdef POINTS
  gl_Position = vec4((box.xy - centre) * scale, 0.0, 1.0);
  gl_PointSize = max(size.x, size.y);
#else
  spot = corner();
  gl_Position = vec4((box.xy + (2.0 * spot - 1.0) * reach - centre) * scale, 0.0, 1.0);
#endif
  vec4 facts = base;
  int held = -1;
  if (sharp.x > 0.0) {
    held = layerOf(table, sharp, image);
    if (held >= 0) facts = sharp;
    else if (coarser.x > 0.0) {
      held = layerOf(coarserTable, coarser, image);
      if (held >= 0) facts = coarser;
    }
  }
  isSharp = held >= 0 ? 1 : 0;
  // facts: cell and side in pixels, cells in a page, cells in a row
  int cells = int(facts.z), cell = image % cells, row = cell / int(facts.w);
  vec2 first = vec2(float(cell % int(facts.w)), float(row)) * facts.x;
  on = vec4(first, max(facts.x * box.zw / max(box.z, box.w), vec2(1.0))) / facts.y;
  layer = held >= 0 ? float(held) : float(image / cells);
  texel = 0.5 / facts.y;
}`;

const FRAGMENT = `
flat in vec4 on;
flat in float layer;
flat in float texel;
flat in vec2 size;
flat in float shade;
flat in int isSharp;
#ifndef POINTS
in vec2 spot;
#endif
flat in vec4 ink;
uniform highp sampler2DArray basePictures, sharpPictures;
uniform vec3 paper, mark;
uniform float ready;
uniform bool cutOuts;
uniform bool covers; // whether there is nothing below that is seen as long as a picture is not there
out vec4 colour;

vec3 look(vec3 place) {
  return isSharp == 1 ? texture(sharpPictures, place).rgb : texture(basePictures, place).rgb;
}

void main() {
#ifdef POINTS
  vec2 away = (vec2(gl_PointCoord.x, 1.0 - gl_PointCoord.y) - 0.5) * max(size.x, size.y) / size;
  vec2 spot = away + 0.5;
#endif
  vec2 at = on.xy + vec2(spot.x, 1.0 - spot.y) * on.zw;
  vec2 low = on.xy + texel, high = on.xy + on.zw - texel;
  vec3 place = vec3(clamp(at, low, high), layer);
  float clear = 0.0; // how transparent it is
  if (cutOuts) { // what lies beside it on the page would be seen at its edges
    vec2 inset = min(on.zw / size, (high - low) / 2.0);
    place.xy = clamp(at, low + inset, high - inset);
    place.y /= 2.0;
    vec3 below = look(place + vec3(0.0, 0.5, 0.0));
    clear = dot(paper, vec3(1.0)) > 1.5 ? below.r : below.g;
  }
  vec3 seen = max(look(place) - clear, 0.0); // the picture is on white
  if (isSharp == 0 && layer >= ready) {
    if (!covers && shade < 1.5) discard;
    seen = mix(paper, mark, covers ? 0.15 : 1.0);
    clear = 0.0;
  }
  if (ink.a > 0.0) { // a frame, and all of it where the picture is too small to be seen
    float longer = max(size.x, size.y);
    vec2 edge = min(spot, 1.0 - spot) * size;
    float frame = step(min(edge.x, edge.y), clamp(0.09 * longer, 1.0, 5.0));
    float cover = max(frame, 0.85 * (1.0 - smoothstep(9.0, 26.0, longer)) * (1.0 - clear));
    clear *= 1.0 - frame;
    seen = mix(seen, ink.rgb * (1.0 - clear), cover);
  }
  float faded = shade < 0.5 ? 0.16 : 1.0;
  colour = vec4(mix(paper * (1.0 - clear), seen, faded), 1.0 - clear);
#ifdef POINTS
  if (max(abs(away.x), abs(away.y)) > 0.5) discard; // the point is square
#endif
}`;

/** Images of which none is drawn larger than that, in pixels, are drawn as points. */
const LARGEST_POINT = 64;
const POINTS = "#define POINTS\n";

export { Shade } from "./shade";

/** Images of tiles in the graphics memory, of which only some are there. */
export interface Slots {
  /** Tiles that are there at most. */
  readonly most: number;
  /** Those that are there. */
  readonly tiles: Iterable<number>;
  /** Whether a tile is there; if it is, it is the last to make room. */
  holds(tile: number): boolean;
  put(tile: number, boxes: Float32Array, states: Float32Array): void;
  shade(tile: number, states: Float32Array): void;
}

/** Tiles in the graphics memory: two million images in tiles of 16,384, which take 40 MB. */
const SLOTS = 128;

export class Sprites {
  private readonly rectangles: Program;
  private readonly points: Program;
  /** In pixels. */
  private readonly largestPoint: number;
  private readonly array: WebGLVertexArrayObject;
  private readonly states: Numbers;
  private readonly inks: Numbers;
  private inked = false;
  private readonly before: Numbers;
  private readonly after: Numbers;
  private slots: { tile: number; room: number; of: Map<number, number> } | null = null;

  constructor(
    private readonly gl: GL,
    images: number,
    private readonly base: PageLevel,
    private readonly levels: readonly PageLevel[],
    private readonly cutOuts: boolean,
  ) {
    this.rectangles = new Program(gl, VERTEX, FRAGMENT);
    this.points = new Program(gl, POINTS + VERTEX, POINTS + FRAGMENT);
    const [, largest] = gl.getParameter(gl.ALIASED_POINT_SIZE_RANGE) as Float32Array;
    this.largestPoint = Math.min(largest!, LARGEST_POINT);
    this.array = gl.createVertexArray();
    this.before = new Numbers(gl);
    this.after = new Numbers(gl);
    this.states = new Numbers(gl);
    this.inks = new Numbers(gl);
    this.states.set(new Float32Array(images).fill(Shade.Plain));
  }

  /** How each image is shown: a `Shade`. */
  shade(states: Float32Array): void {
    this.states.set(states);
  }

  /** Colours of images, as `Scene.tint` takes them. */
  tint(inks: Float32Array | null): void {
    this.inked = inks !== null;
    if (inks) this.inks.set(inks);
  }

  /** Have room for some tiles of images only, instead of all. @param tile images in one. */
  slotted(tile: number): Slots {
    const room = Math.ceil(tile / IN_ROW) * IN_ROW;
    const of = new Map<number, number>();
    this.slots = { tile, room, of };
    this.after.reserve(4 * room * SLOTS);
    this.states.reserve(room * SLOTS);
    const shade = (slot: number, states: Float32Array) => this.states.put(slot * room, states);
    return {
      most: SLOTS,
      get tiles() {
        return of.keys();
      },
      holds: (number) => {
        const slot = of.get(number);
        if (slot === undefined) return false;
        of.delete(number);
        of.set(number, slot);
        return true;
      },
      put: (number, boxes, states) => {
        const [oldest] = of.keys();
        const slot = of.size < SLOTS ? of.size : of.get(oldest!)!;
        if (of.size === SLOTS) of.delete(oldest!);
        of.set(number, slot);
        this.after.put(4 * slot * room, boxes);
        shade(slot, states);
      },
      shade: (number, states) => shade(of.get(number)!, states),
    };
  }

  /** Where each image is, and where it comes from: x, y, width and height. */
  move(before: Float32Array, after: Float32Array): void {
    this.before.set(before);
    this.after.set(after);
  }

  /**
   * @param part of the way from where images come from, in [0, 1].
   * @param pages with the sharper level to take pictures from where they are there, or -1.
   * @param rows which images.
   * @param density pixels for one of the camera.
   * @param largest longer side of the largest image, in map units.
   * @param covers whether images whose pictures are not there cover what is below.
   */
  draw(
    camera: View,
    part: number,
    pages: { base: BasePages; sharp: SharpPages; level: number },
    look: { paper: readonly number[]; mark: readonly number[] },
    rows: readonly Range[],
    density: number,
    largest: number,
    covers = true,
  ): void {
    const { gl } = this;
    const isSmall = largest * camera.scale * density <= this.largestPoint;
    const program = isSmall ? this.points : this.rectangles;
    program.use();
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, pages.base.texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, pages.sharp.texture ?? pages.base.texture);
    const { levels } = pages.sharp;
    gl.activeTexture(gl.TEXTURE2);
    (levels[pages.level] ?? levels[0])?.bindTable();
    gl.activeTexture(gl.TEXTURE6);
    (levels[pages.level - 1] ?? levels[0])?.bindTable();
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(program.place("basePictures"), 0);
    gl.uniform1i(program.place("sharpPictures"), 1);
    gl.uniform1i(program.place("table"), 2);
    gl.uniform1i(program.place("coarserTable"), 6);
    gl.uniform4fv(program.place("base"), facts(this.base));
    gl.uniform4fv(program.place("sharp"), facts(this.levels[pages.level]));
    gl.uniform4fv(program.place("coarser"), facts(this.levels[pages.level - 1]));
    gl.uniform2f(program.place("centre"), camera.x, camera.y);
    const scale = [2 * camera.scale / camera.width, 2 * camera.scale / camera.height] as const;
    gl.uniform2f(program.place("scale"), ...scale);
    gl.uniform1f(program.place("part"), part);
    gl.uniform1f(program.place("pixels"), camera.scale);
    gl.uniform1f(program.place("density"), density);
    gl.uniform1f(program.place("ready"), pages.base.ready);
    gl.uniform1i(program.place("cutOuts"), Number(this.cutOuts));
    gl.uniform3fv(program.place("paper"), look.paper);
    gl.uniform3fv(program.place("mark"), look.mark);
    this.before.bind(3, program.place("before"));
    this.after.bind(4, program.place("after"));
    this.states.bind(5, program.place("states"));
    this.inks.bind(7, program.place("inks"));
    gl.uniform1i(program.place("inked"), Number(this.inked));
    gl.uniform1i(program.place("covers"), Number(covers));
    if (this.cutOuts) gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const [shape, corners] = isSmall ? [gl.POINTS, 1] : [gl.TRIANGLES, CORNERS];
    for (const { first, end } of rows) {
      for (const { from, at, count } of this.placed(first, end)) {
        gl.uniform1i(program.place("ahead"), from - at);
        gl.drawArrays(shape, corners * at, corners * count);
      }
    }
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }

  /** Where some images are in the graphics memory; of tiles those that are there. */
  private *placed(first: number, end: number): Generator<{ from: number; at: number; count: number }> {
    const { slots } = this;
    if (!slots) return yield { from: first, at: first, count: end - first };
    for (let from = first; from < end; ) {
      const tile = Math.floor(from / slots.tile);
      const until = Math.min((tile + 1) * slots.tile, end);
      const slot = slots.of.get(tile);
      if (slot !== undefined) yield { from, at: slot * slots.room + from - tile * slots.tile, count: until - from };
      from = until;
    }
  }
}

/** A cell of 0 stands for no level. */
function facts(level: PageLevel | undefined): [number, number, number, number] {
  if (!level) return [0, 0, 0, 0];
  const { cell, side } = level;
  return [cell, side, (side / cell) ** 2, side / cell];
}
