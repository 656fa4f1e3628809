/** WebGL2 in few words. */

import { breath } from "../slices";

export type GL = WebGL2RenderingContext;

/** A program, and where its uniforms are. */
export class Program {
  private readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  constructor(
    private readonly gl: GL,
    vertex: string,
    fragment: string,
  ) {
    this.program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, `#version 300 es\nprecision highp float;\n${source}`);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(gl.getProgramInfoLog(this.program) ?? "a shader does not link");
    }
  }

  use(): void {
    this.gl.useProgram(this.program);
  }

  place(name: string): WebGLUniformLocation | null {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, place);
    }
    return place;
  }

  attribute(name: string): number {
    return this.gl.getAttribLocation(this.program, name);
  }
}

/** A buffer whose content stays. */
export function buffer(gl: GL, data: ArrayBufferView): WebGLBuffer {
  const made = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, made);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
  return made;
}

/** Feed numbers of the bound buffer to an attribute. */
export function feed(
  gl: GL,
  attribute: number,
  size: number,
  { type = gl.FLOAT as number, normalised = false, stride = 0, offset = 0, divisor = 0 } = {},
): void {
  gl.enableVertexAttribArray(attribute);
  gl.vertexAttribPointer(attribute, size, type, normalised, stride, offset);
  gl.vertexAttribDivisor(attribute, divisor);
}

/** When the graphics card is done with what it was told so far: what needs it would wait meanwhile. */
export async function settled(gl: GL): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return; // the context is lost
  gl.flush();
  while (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) await breath();
  gl.deleteSync(fence);
}
