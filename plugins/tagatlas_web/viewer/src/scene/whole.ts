/** Pictures of the whole map, where its images are too many to be drawn one by one. */

import { readOverview, type OverviewFacts } from "../data/files";
import type { Bounds } from "../map/camera";
import { tellMissing } from "../trouble";
import { CORNERS, Program, RECTANGLES, type GL } from "./gl";
import type { View } from "./view";

/** Pictures that are in the graphics memory at most, of 8 MB each. */
const KEPT = 20;
const READS_AT_ONCE = 4;
/** A picture may be drawn a little larger than it is before a finer one is fetched. */
const FINER_FROM = 1.25;
/** What is left of images that are not chosen. */
const FADED = 0.16;

const VERTEX = `${RECTANGLES}
uniform vec4 place; // lower left and upper right on the screen
uniform vec4 part; // of the picture: left, top, right, bottom
out vec2 at;
void main() {
  vec2 spot = corner();
  at = mix(part.xw, part.zy, spot);
  gl_Position = vec4(mix(place.xy, place.zw, spot), 0.0, 1.0);
}`;

const FRAGMENT = `
in vec2 at;
uniform sampler2D picture;
uniform vec3 paper;
uniform float share, texel;
out vec4 colour;
void main() {
  vec2 within = vec2(clamp(at.x, texel, 1.0 - texel), clamp(at.y, texel, 1.0 - texel) / 2.0);
  float clear = texture(picture, within + vec2(0.0, 0.5)).r;
  vec3 seen = max(texture(picture, within).rgb - clear, 0.0); // the picture is on white
  colour = vec4(mix(paper * (1.0 - clear), seen, share), 1.0 - clear);
}`;

interface Cell {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export class WholeMap {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  /** By cell, the one drawn longest ago first. */
  private readonly pictures = new Map<string, WebGLTexture>();
  private readonly reading = new Map<string, Promise<void>>();
  private readonly missing = new Set<string>();

  constructor(
    private readonly gl: GL,
    private readonly facts: OverviewFacts,
    private readonly changed: () => void,
  ) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
  }

  /** Read the coarsest picture. */
  load(): Promise<void> {
    return this.read({ level: 0, column: 0, row: 0 });
  }

  /**
   * Fetch what a part of the map shows.
   *
   * @param pixels for a unit of the map.
   * @returns whether all is there.
   */
  want(part: Bounds, pixels: number): boolean {
    const lacking = this.cellsIn(part, this.levelFor(pixels)).filter((cell) => !this.isThere(cell));
    for (const cell of lacking.slice(0, Math.max(0, READS_AT_ONCE - this.reading.size))) void this.read(cell);
    return !lacking.length;
  }

  draw(view: View, part: Bounds, pixels: number, paper: readonly number[], faded: boolean): void {
    const { gl, program } = this;
    program.use();
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(program.place("picture"), 0);
    gl.uniform3fv(program.place("paper"), paper);
    gl.uniform1f(program.place("share"), faded ? FADED : 1);
    gl.uniform1f(program.place("texel"), 0.5 / this.facts.side);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const cell of this.cellsIn(part, this.levelFor(pixels))) this.put(cell, view);
    gl.disable(gl.BLEND);
    gl.bindVertexArray(null);
  }

  /** Draw a cell with its own picture, or with its part of a coarser one. */
  private put(cell: Cell, view: View): void {
    const { gl, program, facts } = this;
    let above: Cell | null = cell;
    while (above && !this.pictures.has(keyOf(above))) {
      above = above.level ? { level: above.level - 1, column: above.column >> 1, row: above.row >> 1 } : null;
    }
    if (!above) return;
    const picture = this.pictures.get(keyOf(above))!;
    this.pictures.delete(keyOf(above));
    this.pictures.set(keyOf(above), picture); // now the last to make room
    const times = 2 ** (cell.level - above.level);
    const [left, top] = [cell.column / times - above.column, cell.row / times - above.row];
    const side = facts.extent / 2 ** cell.level;
    const [x, y] = [facts.left + cell.column * side, facts.top - cell.row * side];
    const across = (place: number) => (2 * (place - view.x) * view.scale) / view.width;
    const up = (place: number) => (2 * (place - view.y) * view.scale) / view.height;
    gl.bindTexture(gl.TEXTURE_2D, picture);
    gl.uniform4f(program.place("place"), across(x), up(y - side), across(x + side), up(y));
    gl.uniform4f(program.place("part"), left, top, left + 1 / times, top + 1 / times);
    gl.drawArrays(gl.TRIANGLES, 0, CORNERS);
  }

  private levelFor(pixels: number): number {
    const { extent, side, levels } = this.facts;
    const wanted = Math.ceil(Math.log2((extent * pixels) / side / FINER_FROM));
    return Math.min(Math.max(wanted, 0), levels.length - 1);
  }

  private cellsIn([left, bottom, right, top]: Bounds, level: number): Cell[] {
    const { facts } = this;
    const { columns, rows } = facts.levels[level]!;
    const side = facts.extent / 2 ** level;
    const within = (place: number, count: number) => Math.min(Math.max(Math.floor(place / side), 0), count - 1);
    const cells: Cell[] = [];
    for (let row = within(facts.top - top, rows); row <= within(facts.top - bottom, rows); row++) {
      for (let column = within(left - facts.left, columns); column <= within(right - facts.left, columns); column++) {
        cells.push({ level, column, row });
      }
    }
    return cells;
  }

  private isThere(cell: Cell): boolean {
    return this.pictures.has(keyOf(cell)) || this.missing.has(keyOf(cell));
  }

  private read(cell: Cell): Promise<void> {
    const key = keyOf(cell);
    const reading = this.reading.get(key) ?? this.take(cell, key).finally(() => this.reading.delete(key));
    this.reading.set(key, reading);
    return reading;
  }

  private async take({ level, column, row }: Cell, key: string): Promise<void> {
    const { gl } = this;
    try {
      const picture = await readOverview(level, column, row);
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
      for (const end of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, end, gl.CLAMP_TO_EDGE);
      gl.generateMipmap(gl.TEXTURE_2D);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
      picture.close();
      this.pictures.set(key, texture);
      if (this.pictures.size > KEPT) {
        const [oldest] = this.pictures.keys();
        gl.deleteTexture(this.pictures.get(oldest!)!);
        this.pictures.delete(oldest!);
      }
    } catch (error) {
      if (!tellMissing(error)) throw error;
      this.missing.add(key);
    }
    this.changed();
  }
}

function keyOf({ level, column, row }: Cell): string {
  return `${level}-${column}-${row}`;
}
