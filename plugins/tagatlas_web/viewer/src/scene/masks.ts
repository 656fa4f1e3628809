/** How transparent cut-outs are, from the pages of the map, as masks of pictures over it. */

import { readPage, type AtlasFile, type PageLevel } from "../data/files";

const KEPT = 12;

export class Masks {
  private readonly level: PageLevel;
  private readonly name: string;
  private readonly pages = new Map<number, Promise<ImageBitmap>>();

  constructor(private readonly atlas: AtlasFile) {
    const finest = atlas.levels.length - 1;
    this.level = atlas.levels[finest] ?? atlas.base;
    this.name = finest < 0 ? "base" : String(finest);
  }

  /**
   * The address of a picture whose opacity is that of an image; null of an image without transparent parts.
   *
   * @param width, height proportions of the image.
   * @param isDark whether it is on dark paper, where dark cut-outs have a white rim.
   */
  async of(row: number, width: number, height: number, isDark: boolean): Promise<string | null> {
    if (!this.atlas.cutOuts) return null;
    const { cell, side } = this.level;
    const inRow = side / cell;
    const at = row % inRow ** 2;
    const page = await this.page(Math.floor(row / inRow ** 2));
    if (page.height <= side) return null;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((cell * width) / Math.max(width, height)));
    canvas.height = Math.max(1, Math.round((cell * height) / Math.max(width, height)));
    const paper = canvas.getContext("2d")!;
    const [left, top] = [(at % inRow) * cell, side + Math.floor(at / inRow) * cell];
    paper.drawImage(page, -left, -top);
    const pixels = paper.getImageData(0, 0, canvas.width, canvas.height);
    let isClear = false;
    for (let byte = 0; byte < pixels.data.length; byte += 4) {
      const clear = pixels.data[byte + Number(isDark)]!; // red on light paper, green on dark
      pixels.data[byte + 3] = 255 - clear;
      isClear ||= clear > 127;
    }
    if (!isClear) return null;
    paper.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  }

  private page(number: number): Promise<ImageBitmap> {
    const page = this.pages.get(number) ?? readPage(this.name, number);
    this.pages.delete(number);
    this.pages.set(number, page); // now the last to make room
    if (this.pages.size > KEPT) this.pages.delete(this.pages.keys().next().value!);
    return page;
  }
}
