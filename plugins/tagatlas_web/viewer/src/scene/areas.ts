/** Fills rings softly, whatever their shape: what an odd number of their parts covers. */

import { buffer, feed, Program, type GL } from "./gl";
import type { View } from "./view";

const VERTEX = `
in vec2 point;
uniform vec2 centre, scale;
void main() { gl_Position = vec4((point - centre) * scale, 0.0, 1.0); }`;

const FRAGMENT = `
uniform vec4 ink;
out vec4 colour;
void main() { colour = ink; }`;

interface Area {
  readonly first: number;
  readonly points: number;
  readonly ink: readonly [number, number, number];
}

export class Areas {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly corners: WebGLBuffer;
  private areas: Area[] = [];

  constructor(private readonly gl: GL) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    this.corners = buffer(gl, new Float32Array());
    feed(gl, this.program.attribute("point"), 2);
    gl.bindVertexArray(null);
  }

  set(rings: readonly { ring: Float32Array; ink: readonly [number, number, number] }[]): void {
    const { gl } = this;
    this.areas = [];
    let first = 0;
    for (const { ring, ink } of rings) {
      this.areas.push({ first, points: ring.length / 2, ink });
      first += ring.length / 2;
    }
    const all = new Float32Array(2 * first);
    rings.forEach(({ ring }, number) => all.set(ring, 2 * this.areas[number]!.first));
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, all, gl.STATIC_DRAW);
  }

  draw(camera: View, opacity: number): void {
    const { gl, program } = this;
    program.use();
    gl.bindVertexArray(this.array);
    gl.uniform2f(program.place("centre"), camera.x, camera.y);
    gl.uniform2f(
      program.place("scale"), (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height,
    );
    gl.enable(gl.STENCIL_TEST);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    for (const { first, points, ink } of this.areas) {
      gl.uniform4f(program.place("ink"), ...ink, opacity);
      gl.colorMask(false, false, false, false);
      gl.stencilFunc(gl.ALWAYS, 0, 1);
      gl.stencilOp(gl.INVERT, gl.INVERT, gl.INVERT);
      gl.drawArrays(gl.TRIANGLE_FAN, first, points);
      gl.colorMask(true, true, true, true);
      gl.stencilFunc(gl.EQUAL, 1, 1);
      gl.stencilOp(gl.ZERO, gl.ZERO, gl.ZERO);
      gl.enable(gl.BLEND);
      gl.drawArrays(gl.TRIANGLE_FAN, first, points);
      gl.disable(gl.BLEND);
    }
    gl.disable(gl.STENCIL_TEST);
    gl.bindVertexArray(null);
  }
}
