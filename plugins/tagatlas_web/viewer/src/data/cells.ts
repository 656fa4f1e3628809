/** Pictures of the map, cut out of its sharpest pages. */

import { readPage, readShapes, unpack, type AtlasFile, type PageLevel } from "./files";
import { Parts } from "./parts";

const KEPT = 12;

/** The sharpest pages, and where pictures are on them; the last ones stay. */
export class FinestPages {
  readonly level: PageLevel;
  private readonly name: string;
  private readonly inRow: number;
  private readonly pages = new Map<number, Promise<ImageBitmap>>();

  constructor(atlas: AtlasFile) {
    const finest = atlas.levels.length - 1;
    this.level = atlas.levels[finest] ?? atlas.base;
    this.name = finest < 0 ? "base" : String(finest);
    this.inRow = this.level.side / this.level.cell;
  }

  /** The page with the picture of an image, and the picture's left and top there, in pixels. */
  async of(row: number): Promise<{ page: ImageBitmap; left: number; top: number }> {
    const { inRow, level } = this;
    const at = row % inRow ** 2;
    const page = await this.page(Math.floor(row / inRow ** 2));
    return { page, left: (at % inRow) * level.cell, top: Math.floor(at / inRow) * level.cell };
  }

  private page(number: number): Promise<ImageBitmap> {
    const page = this.pages.get(number) ?? readPage(this.name, number);
    this.pages.delete(number);
    this.pages.set(number, page); // now the last to make room
    page.catch(() => this.pages.delete(number)); // read again when it is wanted again
    if (this.pages.size > KEPT) this.pages.delete(this.pages.keys().next().value!);
    return page;
  }
}

export class Cells {
  private readonly pages: FinestPages;
  private readonly shapes: Parts<readonly [width: number, height: number]>;

  constructor(atlas: AtlasFile) {
    this.pages = new FinestPages(atlas);
    this.shapes = new Parts(atlas.detailRows, readShapesOf);
  }

  /** The address of the picture of an image. */
  async of(row: number): Promise<string> {
    const [{ page, left, top }, shape] = await Promise.all([this.pages.of(row), this.shapes.of(row)]);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = shape ?? [this.pages.level.cell, this.pages.level.cell];
    canvas.getContext("2d")!.drawImage(page, -left, -top);
    return canvas.toDataURL();
  }
}

async function readShapesOf(part: number): Promise<(readonly [number, number])[]> {
  const sides = new Uint16Array(unpack(await readShapes(part)));
  return Array.from({ length: sides.length / 2 }, (_, at) => [sides[2 * at]!, sides[2 * at + 1]!] as const);
}
