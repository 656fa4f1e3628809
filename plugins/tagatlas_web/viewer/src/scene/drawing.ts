/** What a map is drawn with: WebGL, or nothing where the browser has none. */

import type { Chart } from "../data/chart";
import type { AtlasFile } from "../data/files";
import { NoWebGL } from "./gl";
import { Scene, type Look } from "./scene";
import type { Strokes } from "./strokes";

/** All that is asked of a scene. */
export type Drawing = Omit<Pick<Scene, keyof Scene>, "over"> & { readonly over: Pick<Strokes, "set"> };

/** Draw a map into a canvas; without WebGL nothing is drawn, and all else works. */
export function drawnIn(
  canvas: HTMLCanvasElement, atlas: AtlasFile, chart: Chart, look: Look, changed: () => void,
): Drawing {
  try {
    return new Scene(canvas, atlas, chart, look, changed);
  } catch (error) {
    if (!(error instanceof NoWebGL)) throw error;
    return new Blank(look);
  }
}

class Blank implements Drawing {
  readonly isDrawn = false;
  readonly over = { set: () => undefined };
  part = 1;

  constructor(public look: Look) {}

  async load(): Promise<void> {}
  async settled(): Promise<void> {}
  show(): void {}
  recolour(): void {}
  free(): void {}
  shade(): void {}
  frame(): void {}
  fade(): void {}
  tint(): void {}
  prepare(): boolean {
    return true;
  }
  draw(): void {}
}
