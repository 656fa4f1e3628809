/** Draws the images: one rectangle each, all in one call. */

import type { Camera } from "../camera";
import type { PageLevel } from "../data";
import { buffer, feed, Program, type GL } from "./gl";
import type { BasePages, SharpPages } from "./pages";

const VERTEX = `
in vec2 corner;
in vec4 before, after;
in float state;
uniform float part;
uniform vec2 centre, scale;
uniform float pixels;
uniform vec4 base;
uniform vec4 sharp[2];
uniform int level;
uniform highp isampler2D table;
out vec3 at;
flat out vec4 inside;
flat out float shade;
flat out int isSharp;

void main() {
  vec4 box = mix(before, after, part);
  shade = state;
  if (max(box.z, box.w) <= 0.0) { // the image is not on this map
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 reach = box.zw / 2.0;
  // What is a target of the pointer or of a search is never smaller than a few pixels.
  float least = state > 1.5 ? 5.0 / pixels : 1.2 / pixels;
  reach *= max(1.0, least / max(reach.x, reach.y));
  gl_Position = vec4((box.xy + corner * reach - centre) * scale, 0.0, 1.0);
  vec4 facts = base;
  int layer = -1;
  if (level >= 0) {
    vec4 wanted = sharp[level];
    int page = gl_InstanceID / int(wanted.z);
    layer = texelFetch(table, ivec2(page % 256, page / 256), 0).r;
    if (layer >= 0) facts = wanted;
  }
  isSharp = layer >= 0 ? 1 : 0;
  // facts: cell and side in pixels, cells in a page, cells in a row
  int cells = int(facts.z), cell = gl_InstanceID % cells, row = cell / int(facts.w);
  vec2 first = vec2(float(cell % int(facts.w)), float(row)) * facts.x;
  vec2 size = facts.x * box.zw / max(box.z, box.w);
  size = max(size, vec2(1.0));
  inside = (vec4(first, first + size) + vec4(0.5, 0.5, -0.5, -0.5)) / facts.y;
  vec2 unit = vec2(corner.x, -corner.y) * 0.5 + 0.5;
  at = vec3((first + unit * size) / facts.y, layer >= 0 ? float(layer) : float(gl_InstanceID / cells));
}`;

const FRAGMENT = `
in vec3 at;
flat in vec4 inside;
flat in float shade;
flat in int isSharp;
uniform highp sampler2DArray basePictures, sharpPictures;
uniform vec3 paper, mark;
uniform float ready;
out vec4 colour;

void main() {
  vec3 place = vec3(clamp(at.xy, inside.xy, inside.zw), at.z);
  vec3 seen = isSharp == 1 ? texture(sharpPictures, place).rgb : texture(basePictures, place).rgb;
  if (isSharp == 0 && at.z >= ready) seen = mix(paper, mark, 0.15);
  float faded = shade < 0.5 ? 0.16 : 1.0;
  colour = vec4(mix(paper, seen, faded), 1.0);
}`;

/** How an image is shown. */
export const enum Shade {
  Faded = 0,
  Plain = 1,
  Marked = 2,
}

export class Sprites {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly states: WebGLBuffer;
  private readonly before: WebGLBuffer;
  private readonly after: WebGLBuffer;

  constructor(
    private readonly gl: GL,
    private readonly images: number,
    private readonly base: PageLevel,
    private readonly levels: readonly PageLevel[],
  ) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    buffer(gl, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]));
    feed(gl, this.program.attribute("corner"), 2);
    const nowhere = new Float32Array(4 * images);
    this.before = buffer(gl, nowhere);
    feed(gl, this.program.attribute("before"), 4, { divisor: 1 });
    this.after = buffer(gl, nowhere);
    feed(gl, this.program.attribute("after"), 4, { divisor: 1 });
    this.states = buffer(gl, new Float32Array(images).fill(Shade.Plain));
    feed(gl, this.program.attribute("state"), 1, { divisor: 1 });
    gl.bindVertexArray(null);
  }

  /** How each image is shown: a `Shade`. */
  shade(states: Float32Array): void {
    this.fill(this.states, states);
  }

  /** Where each image is, and where it comes from: x, y, width and height. */
  move(before: Float32Array, after: Float32Array): void {
    this.fill(this.before, before);
    this.fill(this.after, after);
  }

  /**
   * @param part of the way from where images come from, in [0, 1].
   * @param pages with the sharper level to take pictures from where they are there, or -1.
   */
  draw(
    camera: Camera,
    part: number,
    pages: { base: BasePages; sharp: SharpPages; level: number },
    look: { paper: readonly number[]; mark: readonly number[] },
  ): void {
    const { gl, program } = this;
    program.use();
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, pages.base.texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, pages.sharp.texture ?? pages.base.texture);
    gl.activeTexture(gl.TEXTURE2);
    const shown = pages.sharp.levels[pages.level] ?? pages.sharp.levels[0];
    shown?.bindTable();
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(program.place("basePictures"), 0);
    gl.uniform1i(program.place("sharpPictures"), 1);
    gl.uniform1i(program.place("table"), 2);
    gl.uniform1i(program.place("level"), shown ? pages.level : -1);
    gl.uniform4fv(program.place("base"), facts(this.base));
    gl.uniform4fv(program.place("sharp"), [0, 1].flatMap((n) => facts(this.levels[n] ?? this.base)));
    gl.uniform2f(program.place("centre"), camera.x, camera.y);
    const scale = [2 * camera.scale / camera.width, 2 * camera.scale / camera.height] as const;
    gl.uniform2f(program.place("scale"), ...scale);
    gl.uniform1f(program.place("part"), part);
    gl.uniform1f(program.place("pixels"), camera.scale);
    gl.uniform1f(program.place("ready"), pages.base.ready);
    gl.uniform3fv(program.place("paper"), look.paper);
    gl.uniform3fv(program.place("mark"), look.mark);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.images);
    gl.bindVertexArray(null);
  }

  private fill(into: WebGLBuffer, numbers: Float32Array): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, into);
    gl.bufferData(gl.ARRAY_BUFFER, numbers, gl.DYNAMIC_DRAW);
  }
}

function facts({ cell, side }: PageLevel): [number, number, number, number] {
  return [cell, side, (side / cell) ** 2, side / cell];
}
