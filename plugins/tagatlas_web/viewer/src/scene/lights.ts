/** Where chosen images are on a map of many: a light for each block that has some, the brighter the more. */

import type { Tiles } from "../data/tiles";
import { feed, Program, type GL } from "./gl";
import { Shade } from "./shade";
import type { View } from "./view";

const VERTEX = `
#define LEAST 2.5
in vec4 light; // x, y, side in map units, and the share of the block's images that are chosen
uniform vec2 centre, scale;
uniform float pixels, faintest;
out float bright;
void main() {
  gl_Position = vec4((light.xy - centre) * scale, 0.0, 1.0);
  float side = light.z * pixels;
  gl_PointSize = clamp(side, LEAST, 64.0);
  // Lights that are larger than their blocks lie over each other.
  bright = max(faintest, min(0.85, 1.8 * sqrt(light.w) * min(1.0, side * side / (LEAST * LEAST))));
}`;

const FRAGMENT = `
in float bright;
uniform vec3 mark;
out vec4 colour;
void main() { colour = vec4(mark, bright); }`;

/** So many lights are seen each by itself, however few of a block are chosen; of more, each is fainter. */
const FEW = 1500;
const FAINTEST = 0.03;
const BRIGHTEST = 0.7;
const FLOATS = 4;

export class Lights {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private count = 0;

  constructor(
    private readonly gl: GL,
    private readonly tiles: Tiles,
  ) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    feed(gl, this.program.attribute("light"), FLOATS);
    gl.bindVertexArray(null);
  }

  /** Whether any image is chosen. */
  get areThere(): boolean {
    return this.count > 0;
  }

  /** @param states how each image is shown. */
  set(states: Float32Array): void {
    const { gl, tiles } = this;
    const lights: number[] = [];
    const side = tiles.typicalSide() * Math.sqrt(tiles.block);
    for (let first = 0, block = 0; first < states.length; first += tiles.block, block++) {
      const end = Math.min(first + tiles.block, states.length);
      let marked = 0;
      for (let row = first; row < end; row++) marked += Number(states[row] === Shade.Marked);
      if (!marked) continue;
      lights.push(tiles.middles[2 * block]!, tiles.middles[2 * block + 1]!, side, marked / (end - first));
    }
    this.count = lights.length / FLOATS;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(lights), gl.STATIC_DRAW);
  }

  draw(view: View, density: number, mark: readonly number[]): void {
    if (!this.count) return;
    const { gl, program } = this;
    program.use();
    gl.bindVertexArray(this.array);
    gl.uniform2f(program.place("centre"), view.x, view.y);
    gl.uniform2f(program.place("scale"), (2 * view.scale) / view.width, (2 * view.scale) / view.height);
    gl.uniform1f(program.place("pixels"), view.scale * density);
    gl.uniform1f(program.place("faintest"), Math.min(Math.max(FEW / this.count, FAINTEST), 1) * BRIGHTEST);
    gl.uniform3fv(program.place("mark"), mark);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }
}
