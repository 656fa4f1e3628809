/** Draws lines of a width in pixels. */

import { CORNERS, Numbers, Program, RECTANGLES, type GL } from "./gl";
import type { View } from "./view";

const VERTEX = `${RECTANGLES}
uniform highp sampler2D lines;
uniform vec2 centre, size;
uniform float pixels, thickness, overlap;
out vec3 seen;
out float away;
flat out float reach;

void main() {
  vec4 ends = lookUp(lines, 2 * rectangle()), look = lookUp(lines, 2 * rectangle() + 1);
  vec2 side = corner(); // along and across the line
  float wide = look.w * thickness;
  vec2 first = (ends.xy - centre) * pixels, last = (ends.zw - centre) * pixels;
  vec2 along = last - first;
  float length_ = max(length(along), 1e-3);
  vec2 unit = along / length_;
  // Ends reach a little further, so that the lines of a ring leave no gaps.
  vec2 place = mix(first, last, side.x) + unit * (side.x - 0.5) * wide * overlap;
  // Half a pixel more on each side, for an edge that is smooth.
  away = (side.y - 0.5) * (wide + 1.0);
  reach = wide / 2.0;
  place += vec2(-unit.y, unit.x) * away;
  gl_Position = vec4(2.0 * place / size, 0.0, 1.0);
  seen = look.rgb;
}`;

const FRAGMENT = `
in vec3 seen;
in float away;
flat in float reach;
uniform float opacity;
out vec4 colour;
void main() { colour = vec4(seen, opacity * clamp(reach + 0.5 - abs(away), 0.0, 1.0)); }`;

const FLOATS = 8;
const ROUNDS = 2;

/** Lines that are replaced together. */
export class Strokes {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly lines: Numbers;
  private count = 0;

  constructor(private readonly gl: GL) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    this.lines = new Numbers(gl);
  }

  /** @param lines x and y of both ends, red, green and blue in [0, 1], and the width, of each. */
  set(lines: readonly number[]): void {
    this.lines.set(new Float32Array(lines));
    this.count = lines.length / FLOATS;
  }

  /**
   * @param thickness of the lines, in their own widths.
   * @param overlap how far lines reach beyond their ends, in their widths; less is enough where they turn little.
   */
  draw(camera: View, opacity: number, thickness = 1, overlap = 1): void {
    if (!this.count) return;
    const { gl, program } = this;
    program.use();
    gl.bindVertexArray(this.array);
    gl.uniform2f(program.place("centre"), camera.x, camera.y);
    gl.uniform2f(program.place("size"), camera.width, camera.height);
    gl.uniform1f(program.place("pixels"), camera.scale);
    gl.uniform1f(program.place("opacity"), opacity);
    gl.uniform1f(program.place("thickness"), thickness);
    gl.uniform1f(program.place("overlap"), overlap);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    this.lines.bind(0, program.place("lines"));
    gl.drawArrays(gl.TRIANGLES, 0, CORNERS * this.count);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }
}

/** A ring whose corners were cut twice (G. Chaikin, 1974), as the poster has it. */
export function smooth(ring: Float32Array): Float32Array {
  let points = ring;
  for (let round = 0; round < ROUNDS; round++) {
    const cut = new Float32Array(2 * points.length);
    for (let at = 0; at < points.length; at += 2) {
      const next = (at + 2) % points.length;
      for (const axis of [0, 1]) {
        const [here, there] = [points[at + axis]!, points[next + axis]!];
        cut[2 * at + axis] = 0.75 * here + 0.25 * there;
        cut[2 * at + 2 + axis] = 0.25 * here + 0.75 * there;
      }
    }
    points = cut;
  }
  return points;
}

/** A ring without the corners that are nearer to the one before them than a distance; three stay. */
export function thinned(ring: Float32Array, least: number): Float32Array {
  const kept: number[] = [];
  const most = ring.length - 6;
  for (let at = 0; at < ring.length; at += 2) {
    const [x, y] = [ring[at]!, ring[at + 1]!];
    const away = kept.length ? Math.hypot(x - kept.at(-2)!, y - kept.at(-1)!) : Infinity;
    if (away >= least || (at > most && kept.length < 6)) kept.push(x, y);
  }
  return Float32Array.from(kept);
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
