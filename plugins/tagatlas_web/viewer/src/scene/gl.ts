/** WebGL2 in few words. */

export type GL = WebGL2RenderingContext;

const NUMBERS_IN_ROW = 1024;
/** Numbers in a row: four stand together. */
export const IN_ROW = 4 * NUMBERS_IN_ROW;

/** The browser has no WebGL 2, or has it switched off. */
export class NoWebGL extends Error {}

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
export function feed(gl: GL, attribute: number, size: number): void {
  gl.enableVertexAttribArray(attribute);
  gl.vertexAttribPointer(attribute, size, gl.FLOAT, false, 0, 0);
}

/**
 * Numbers that a vertex shader looks up by their place, four at a time.
 *
 * Instances would do the same, but renderers without a graphics card draw them one by one.
 */
export class Numbers {
  private readonly texture: WebGLTexture;

  constructor(private readonly gl: GL) {
    this.texture = gl.createTexture();
    this.set(new Float32Array(4));
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  set(numbers: Float32Array): void {
    const { gl } = this;
    const rows = Math.max(1, Math.ceil(numbers.length / (4 * NUMBERS_IN_ROW)));
    const whole = new Float32Array(4 * NUMBERS_IN_ROW * rows);
    whole.set(numbers);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(
      gl.TEXTURE_2D, 0, gl.RGBA32F, NUMBERS_IN_ROW, rows, 0, gl.RGBA, gl.FLOAT, whole,
    );
  }

  /** Have room for so many, instead of those that are there; they are whole rows. */
  reserve(count: number): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    const rows = Math.ceil(count / (4 * NUMBERS_IN_ROW));
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, NUMBERS_IN_ROW, rows, 0, gl.RGBA, gl.FLOAT, null);
  }

  /** Put numbers into a reserved place, where a row begins. */
  put(first: number, numbers: Float32Array): void {
    const { gl } = this;
    const rows = Math.ceil(numbers.length / (4 * NUMBERS_IN_ROW));
    const whole = new Float32Array(4 * NUMBERS_IN_ROW * rows);
    whole.set(numbers);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, first / (4 * NUMBERS_IN_ROW), NUMBERS_IN_ROW, rows, gl.RGBA, gl.FLOAT, whole);
  }

  /** Make them those of a sampler of the shader. */
  bind(unit: number, place: WebGLUniformLocation | null): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(place, unit);
    gl.activeTexture(gl.TEXTURE0);
  }
}

/** What a vertex shader needs to draw rectangles: `rectangle()`, `corner()` and `lookUp()`. */
export const RECTANGLES = `
int rectangle() { return gl_VertexID / 6; }
vec2 corner() { // from (0, 0) to (1, 1), as the corners of two triangles
  int at = int[6](0, 1, 2, 2, 1, 3)[gl_VertexID % 6];
  return vec2(float(at & 1), float(at >> 1));
}
vec4 lookUp(highp sampler2D numbers, int at) {
  return texelFetch(numbers, ivec2(at % ${NUMBERS_IN_ROW}, at / ${NUMBERS_IN_ROW}), 0);
}`;

/** Vertices of a rectangle. */
export const CORNERS = 6;

/** When the graphics card is done with what it was told so far: what needs it would wait meanwhile. */
export async function settled(gl: GL): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return; // the context is lost
  gl.flush();
  while (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) await new Promise((done) => setTimeout(done));
  gl.deleteSync(fence);
}
