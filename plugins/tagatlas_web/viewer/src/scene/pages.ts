/**
 * The pictures in the graphics memory.
 *
 * Small ones of all images are always there, on pages of their own level, `base`. Sharper ones
 * come when they are looked at, page by page, into a texture of a fixed number of layers; the
 * page that was looked at longest ago makes room.
 *
 * Where some pictures are cut-outs, layers are twice as high. Below the pictures, which are on
 * white, is how transparent each pixel is: red on light paper, green on dark. A page without
 * cut-outs has no such half: nothing of it is transparent.
 */

import { readPage, type PageLevel } from "../data/files";
import { tellMissing } from "../trouble";
import { settled, type GL } from "./gl";

// What lies together on one map is scattered over many pages on another: there must be room.
const SHARP_BYTES = 1 << 27;
const READS_AT_ONCE = 6;
const GREY = 224;

/** Put a page into a layer of the bound texture. */
function put(gl: GL, layer: number, level: PageLevel, picture: ImageBitmap, cutOuts: boolean): void {
  const { width, height } = picture;
  gl.texSubImage3D(
    gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE, picture,
  );
  if (!cutOuts || height > level.side) return;
  const none = new Uint8Array(4 * level.side ** 2);
  gl.texSubImage3D(
    gl.TEXTURE_2D_ARRAY, 0, 0, level.side, layer, level.side, level.side, 1, gl.RGBA, gl.UNSIGNED_BYTE, none,
  );
}

/** What is shown instead of a page whose file is not there. */
async function unlessMissing(error: unknown, side: number): Promise<ImageBitmap> {
  if (!tellMissing(error)) throw error;
  const grey = new Uint8ClampedArray(4 * side * side).fill(GREY);
  return createImageBitmap(new ImageData(grey, side, side));
}

/** The small pictures of all images, as the layers of a texture. */
export class BasePages {
  readonly texture: WebGLTexture;
  /** Pages that are there. */
  ready = 0;

  constructor(
    private readonly gl: GL,
    private readonly level: PageLevel,
    private readonly cutOuts: boolean,
    private readonly changed: () => void,
  ) {
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    const levels = Math.log2(level.cell) + 1;
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAX_LEVEL, 0);
    const height = level.side * (cutOuts ? 2 : 1);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, levels, gl.RGBA8, level.side, height, level.pages);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  }

  async load(): Promise<void> {
    const { gl } = this;
    const read = (page: number) =>
      page < this.level.pages
        ? readPage("base", page).catch((error: unknown) => unlessMissing(error, this.level.side))
        : null;
    let next = read(0);
    let shown = 0;
    for (let page = 0; next; page++) {
      const picture: ImageBitmap = await next;
      next = read(page + 1);
      await settled(gl);
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
      put(gl, page, this.level, picture, this.cutOuts);
      picture.close();
      this.ready = page + 1;
      if (this.ready < 2 * shown) continue; // to draw everything takes longer than a page
      shown = this.ready;
      this.changed();
    }
    // Smaller copies of all pages are made once, when all are there.
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAX_LEVEL, Math.log2(this.level.cell));
    gl.generateMipmap(gl.TEXTURE_2D_ARRAY);
    this.changed();
  }
}

/** The pages of one sharper level: which of them are in which layer. */
class Level {
  /** Layer of each page, -1 where it is not there. */
  readonly layers: Int16Array;
  readonly table: WebGLTexture;
  readonly inPage: number;
  private stale = true;

  constructor(
    readonly number: number,
    readonly facts: PageLevel,
    private readonly gl: GL,
  ) {
    this.layers = new Int16Array(Math.ceil(facts.pages / 256) * 256).fill(-1);
    this.inPage = (facts.side / facts.cell) ** 2;
    this.table = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16I, 256, this.layers.length / 256);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  put(page: number, layer: number): void {
    this.layers[page] = layer;
    this.stale = true;
  }

  /** Bring the table to the graphics memory; it stays bound to the active unit. */
  bindTable(): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    if (!this.stale) return;
    const rows = this.layers.length / 256;
    gl.texSubImage2D(
      gl.TEXTURE_2D, 0, 0, 0, 256, rows, gl.RED_INTEGER, gl.SHORT, this.layers,
    );
    this.stale = false;
  }
}

/** Sharper pictures of what is looked at. */
export class SharpPages {
  readonly texture: WebGLTexture | null = null;
  readonly levels: Level[];
  /** What each layer holds, the page wanted longest ago first. */
  private readonly held = new Map<number, { level: Level; page: number }>();
  private free: number[] = [];
  private reading = new Set<string>();
  private missing = new Set<string>();

  constructor(
    private readonly gl: GL,
    levels: readonly PageLevel[],
    private readonly cutOuts: boolean,
    private readonly changed: () => void,
  ) {
    this.levels = levels.map((facts, number) => new Level(number, facts, gl));
    const [first] = levels;
    if (!first) return;
    const height = first.side * (cutOuts ? 2 : 1);
    const room = Math.floor(SHARP_BYTES / (4 * first.side * height));
    const layers = Math.min(room, levels.reduce((sum, level) => sum + level.pages, 0));
    this.free = Array.from({ length: layers }, (_, layer) => layer);
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, first.side, height, layers);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  }

  /** Say which images are looked at, the most central first, and at which level. */
  want(number: number, images: Iterable<number>): void {
    const level = this.levels[number];
    if (!level) return;
    const pages = new Set<number>();
    for (const image of images) pages.add(Math.floor(image / level.inPage));
    const wanted = [...pages].slice(0, this.free.length + this.held.size);
    for (const page of wanted) {
      const layer = level.layers[page]!;
      if (layer < 0) continue;
      const kept = this.held.get(layer)!;
      this.held.delete(layer);
      this.held.set(layer, kept); // now the last to make room
    }
    for (const page of wanted) {
      if (this.reading.size >= READS_AT_ONCE) return;
      if (level.layers[page]! < 0) void this.read(level, page);
    }
  }

  /** Whether the pages of images are there, but for those that cannot be. */
  has(number: number, images: Iterable<number>): boolean {
    const level = this.levels[number]!;
    const pages = new Set<number>();
    for (const image of images) pages.add(Math.floor(image / level.inPage));
    return [...pages]
      .slice(0, this.free.length + this.held.size)
      .every((page) => level.layers[page]! >= 0 || this.missing.has(`${number}-${page}`));
  }

  private async read(level: Level, page: number): Promise<void> {
    const key = `${level.number}-${page}`;
    if (this.reading.has(key) || this.missing.has(key)) return;
    this.reading.add(key);
    try {
      const picture = await readPage(String(level.number), page);
      await settled(this.gl);
      this.place(level, page, picture);
      picture.close();
    } catch (error) {
      if (!tellMissing(error)) throw error;
      this.missing.add(key); // the small picture stays
    } finally {
      this.reading.delete(key);
      this.changed();
    }
  }

  private place(level: Level, page: number, picture: ImageBitmap): void {
    const { gl } = this;
    const layer = this.free.pop() ?? this.makeRoom();
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.texture);
    put(gl, layer, level.facts, picture, this.cutOuts);
    this.held.set(layer, { level, page });
    level.put(page, layer);
  }

  private makeRoom(): number {
    const [layer, old] = this.held.entries().next().value!;
    this.held.delete(layer);
    old.level.put(old.page, -1);
    return layer;
  }
}
