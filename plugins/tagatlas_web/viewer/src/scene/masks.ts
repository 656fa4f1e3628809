/** How transparent cut-outs are, from the pages of the map, as masks of pictures over it. */

import { FinestPages } from "../data/cells";
import type { AtlasFile } from "../data/files";

export class Masks {
  private readonly pages: FinestPages;

  constructor(private readonly atlas: AtlasFile) {
    this.pages = new FinestPages(atlas);
  }

  /**
   * The address of a picture whose opacity is that of an image; null of an image without transparent parts.
   *
   * @param width, height proportions of the image.
   * @param isDark whether it is on dark paper, where dark cut-outs have a white rim.
   */
  async of(row: number, width: number, height: number, isDark: boolean): Promise<string | null> {
    if (!this.atlas.cutOuts) return null;
    const { cell, side } = this.pages.level;
    const { page, left, top } = await this.pages.of(row);
    if (page.height <= side) return null;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((cell * width) / Math.max(width, height)));
    canvas.height = Math.max(1, Math.round((cell * height) / Math.max(width, height)));
    const paper = canvas.getContext("2d")!;
    paper.drawImage(page, -left, -side - top);
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
}
