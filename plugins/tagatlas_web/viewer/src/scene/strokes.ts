/** Draws lines of a width in pixels. */

import type { Camera } from "../camera";
import { feed, Program, type GL } from "./gl";

const VERTEX = `
in vec2 corner;
in vec4 ends;
in vec3 ink;
in float wide;
uniform vec2 centre, size;
uniform float pixels;
out vec3 seen;
out float away;
flat out float reach;

void main() {
  vec2 first = (ends.xy - centre) * pixels, last = (ends.zw - centre) * pixels;
  vec2 along = last - first;
  float length_ = max(length(along), 1e-3);
  vec2 unit = along / length_;
  // Ends reach a little further, so that the lines of a ring leave no gaps.
  vec2 place = mix(first, last, corner.x) + unit * (corner.x - 0.5) * wide;
  // Half a pixel more on each side, for an edge that is smooth.
  away = (corner.y - 0.5) * (wide + 1.0);
  reach = wide / 2.0;
  place += vec2(-unit.y, unit.x) * away;
  gl_Position = vec4(2.0 * place / size, 0.0, 1.0);
  seen = ink;
}`;

const FRAGMENT = `
in vec3 seen;
in float away;
flat in float reach;
uniform float opacity;
out vec4 colour;
void main() { colour = vec4(seen, opacity * clamp(reach + 0.5 - abs(away), 0.0, 1.0)); }`;

const FLOATS = 8;

/** Lines that are replaced together. */
export class Strokes {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly lines: WebGLBuffer;
  private count = 0;

  constructor(private readonly gl: GL) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    feed(gl, this.program.attribute("corner"), 2);
    this.lines = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.lines);
    const stride = 4 * FLOATS;
    feed(gl, this.program.attribute("ends"), 4, { stride, divisor: 1 });
    feed(gl, this.program.attribute("ink"), 3, { stride, offset: 16, divisor: 1 });
    feed(gl, this.program.attribute("wide"), 1, { stride, offset: 28, divisor: 1 });
    gl.bindVertexArray(null);
  }

  /** @param lines x and y of both ends, red, green and blue in [0, 1], and the width, of each. */
  set(lines: readonly number[]): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.lines);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(lines), gl.DYNAMIC_DRAW);
    this.count = lines.length / FLOATS;
  }

  draw(camera: Camera, opacity: number): void {
    if (!this.count) return;
    const { gl, program } = this;
    program.use();
    gl.bindVertexArray(this.array);
    gl.uniform2f(program.place("centre"), camera.x, camera.y);
    gl.uniform2f(program.place("size"), camera.width, camera.height);
    gl.uniform1f(program.place("pixels"), camera.scale);
    gl.uniform1f(program.place("opacity"), opacity);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }
}

/** Lines of a ring, as `Strokes.set` takes them. */
export function ringLines(
  ring: ArrayLike<number>,
  ink: readonly [number, number, number],
  wide: number,
): number[] {
  const lines: number[] = [];
  const points = ring.length / 2;
  for (let at = 0; at < points; at++) {
    const next = (at + 1) % points;
    lines.push(ring[2 * at]!, ring[2 * at + 1]!, ring[2 * next]!, ring[2 * next + 1]!, ...ink, wide);
  }
  return lines;
}
