/**
 * Many images, painted bit by bit beside the screen.
 *
 * To draw all of them in each frame takes too long, above all without a graphics card. So they are
 * painted on a sheet larger than the screen, some in each frame, and what was painted before is
 * shown meanwhile: moved and scaled as the camera moves.
 */

import { rowsIn, type Range } from "./chunks";
import { CORNERS, Program, RECTANGLES, type GL } from "./gl";
import type { View } from "./view";

/** What a sheet reaches beyond the screen on each side, as a share of it. */
const MARGIN = 0.25;
/** Images painted in a frame while the camera moves, and while it rests. */
const MOVING = 24_000;
const RESTING = 80_000;
/** It rests when it has not moved for so long: a hand moves less often than a screen is drawn. */
const REST_MS = 100;

const VERTEX = `${RECTANGLES}
uniform vec4 place; // lower left and upper right on the screen
out vec2 at;
void main() {
  at = corner();
  gl_Position = vec4(mix(place.xy, place.zw, at), 0.0, 1.0);
}`;

const FRAGMENT = `
in vec2 at;
uniform sampler2D sheet;
out vec4 colour;
void main() { colour = vec4(texture(sheet, at).rgb, 1.0); }`;

/** What is painted. */
export interface Painter {
  /** Paint what lies below the images on an empty sheet; returns which images are to be painted. */
  begin(view: View): Range[];
  /** Paint some of them. */
  images(view: View, rows: readonly Range[]): void;
}

/** A picture in the graphics memory that can be painted on. */
interface Sheet {
  readonly texture: WebGLTexture;
  readonly buffer: WebGLFramebuffer;
  readonly stencil: WebGLRenderbuffer;
  readonly pixels: readonly [number, number];
}

interface Painted {
  readonly sheet: Sheet;
  readonly view: View;
  readonly density: number;
  readonly state: unknown;
  left: Range[];
}

export class Painting {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly spare: Sheet[] = [];
  private shown: Painted | null = null;
  private begun: Painted | null = null;
  private last: View | null = null;
  private moved = -Infinity;

  constructor(
    private readonly gl: GL,
    private readonly painter: Painter,
  ) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
  }

  /**
   * Paint on, and show what is painted.
   *
   * @param state what the picture depends on but for the view; another one is painted again.
   * @param show makes the screen what is drawn on, with nothing on it.
   * @returns whether all is shown as it is to be.
   */
  draw(view: View, density: number, state: unknown, show: () => void): boolean {
    const now = performance.now();
    if (this.last && !isSame(this.last, view)) this.moved = now;
    this.last = { ...view };
    const rests = now - this.moved > REST_MS;
    if (!this.begun && !this.fits(view, density, state, rests)) this.begun = this.begin(view, density, state);
    if (this.begun) this.proceed(this.begun, rests ? RESTING : MOVING);
    show();
    const painted = this.shown ?? this.begun;
    if (painted) this.put(painted, view, density);
    return !this.begun && this.fits(view, density, state, true);
  }

  /** Forget what is painted, where all is drawn at once again. */
  clear(): void {
    if (this.shown) this.spare.push(this.shown.sheet);
    if (this.begun) this.spare.push(this.begun.sheet);
    this.shown = this.begun = this.last = null;
  }

  /** Whether the sheet shows a view; while the camera moves, near enough. */
  private fits(view: View, density: number, state: unknown, rests: boolean): boolean {
    const { shown } = this;
    if (!shown || shown.state !== state || shown.density !== density) return false;
    const ratio = view.scale / shown.view.scale;
    if (ratio !== 1 && (rests || ratio > 1.25 || ratio < 0.8)) return false;
    const room = (axis: "width" | "height") => (shown.sheet.pixels[axis === "width" ? 0 : 1] / density / shown.view.scale - view[axis] / view.scale) / 2;
    // Before its edge comes into view there must be time to paint another.
    const share = rests ? 1 : 0.6;
    return Math.abs(view.x - shown.view.x) <= share * room("width") && Math.abs(view.y - shown.view.y) <= share * room("height");
  }

  private begin(view: View, density: number, state: unknown): Painted {
    const { gl } = this;
    const pixels = [view.width, view.height].map((side) => {
      const screen = Math.round(side * density);
      return screen + 2 * Math.round(MARGIN * screen);
    }) as [number, number];
    const sheet = this.sheetOf(pixels);
    const larger = { x: view.x, y: view.y, scale: view.scale, width: pixels[0] / density, height: pixels[1] / density };
    this.on(sheet);
    const left = this.painter.begin(larger);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return { sheet, view: larger, density, state, left };
  }

  private proceed(begun: Painted, images: number): void {
    const { gl } = this;
    const [some, left] = split(begun.left, images);
    this.on(begun.sheet);
    this.painter.images(begun.view, some);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    begun.left = left;
    if (rowsIn(left)) return;
    if (this.shown) this.spare.push(this.shown.sheet);
    this.shown = begun;
    this.begun = null;
  }

  private on({ buffer, pixels }: Sheet): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
    gl.viewport(0, 0, ...pixels);
  }

  private put({ sheet, view: painted }: Painted, view: View, density: number): void {
    const { gl, program } = this;
    const whole = painted.scale === view.scale;
    const along = (from: number, to: number, side: number, pixels: number): [number, number] => {
      const screen = side * density;
      const reach = (pixels / screen) * (view.scale / painted.scale);
      const moved = (from - to) * view.scale * density;
      const middle = (2 * (whole ? Math.round(moved) : moved)) / screen;
      return [middle - reach, middle + reach];
    };
    const [left, right] = along(painted.x, view.x, view.width, sheet.pixels[0]);
    const [bottom, top] = along(painted.y, view.y, view.height, sheet.pixels[1]);
    program.use();
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, sheet.texture);
    const filter = whole ? gl.NEAREST : gl.LINEAR;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    gl.uniform1i(program.place("sheet"), 0);
    gl.uniform4f(program.place("place"), left, bottom, right, top);
    gl.drawArrays(gl.TRIANGLES, 0, CORNERS);
    gl.bindVertexArray(null);
  }

  private sheetOf(pixels: [number, number]): Sheet {
    for (let sheet = this.spare.pop(); sheet; sheet = this.spare.pop()) {
      if (sheet.pixels[0] === pixels[0] && sheet.pixels[1] === pixels[1]) return sheet;
      this.gl.deleteTexture(sheet.texture);
      this.gl.deleteFramebuffer(sheet.buffer);
      this.gl.deleteRenderbuffer(sheet.stencil);
    }
    return sheetIn(this.gl, pixels);
  }
}

function sheetIn(gl: GL, pixels: readonly [number, number]): Sheet {
  const [texture, buffer, stencil] = [gl.createTexture(), gl.createFramebuffer(), gl.createRenderbuffer()];
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, ...pixels);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  gl.bindRenderbuffer(gl.RENDERBUFFER, stencil);
  gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH24_STENCIL8, ...pixels);
  gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_STENCIL_ATTACHMENT, gl.RENDERBUFFER, stencil);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  return { texture, buffer, stencil, pixels };
}

/** The first rows of some ranges, and the others. */
function split(ranges: readonly Range[], rows: number): [Range[], Range[]] {
  const [some, left]: [Range[], Range[]] = [[], []];
  let room = rows;
  for (const { first, end } of ranges) {
    const middle = Math.min(end, first + room);
    if (middle > first) some.push({ first, end: middle });
    if (end > middle) left.push({ first: middle, end });
    room -= middle - first;
  }
  return [some, left];
}

function isSame(one: View, other: View): boolean {
  return one.x === other.x && one.y === other.y && one.scale === other.scale && one.width === other.width && one.height === other.height;
}
