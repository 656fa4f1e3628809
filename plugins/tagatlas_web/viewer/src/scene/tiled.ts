/** The images of a map in tiles: those of the tiles in view are drawn, and where these are too many, the whole map as pictures. */

import type { OverviewFacts } from "../data/files";
import type { Tiles } from "../data/tiles";
import type { Bounds } from "../map/camera";
import { orSaid } from "../trouble";
import type { Range } from "./chunks";
import type { GL } from "./gl";
import { Lights } from "./lights";
import { Shade } from "./shade";
import type { Slots, Sprites } from "./sprites";
import type { View } from "./view";
import { WholeMap } from "./whole";

/** Images in view from which on they are not drawn one by one. */
const MOST_IN_VIEW = 120_000;
const READS_AT_ONCE = 6;
/** Images out of view that are drawn rather than left out, which takes a further call. */
const BETWEEN = 256;

export class TiledImages {
  readonly whole: WholeMap;
  private readonly lights: Lights;
  private readonly slots: Slots;
  private states: Float32Array | null = null;
  private reading = 0;

  constructor(
    gl: GL,
    private readonly tiles: Tiles,
    overview: OverviewFacts,
    sprites: Sprites,
    changed: () => void,
  ) {
    this.slots = sprites.slotted(tiles.inTile);
    this.whole = new WholeMap(gl, overview, changed);
    this.lights = new Lights(gl, tiles);
  }

  /** How each image is shown. */
  shade(states: Float32Array): void {
    this.states = states;
    this.lights.set(states);
    for (const tile of this.slots.tiles) this.slots.shade(tile, this.statesOf(tile));
  }

  /** Whether images in a part of the map are few enough to be drawn. */
  isNear(part: Bounds): boolean {
    return this.tiles.tilesIn(part).length <= this.slots.most && this.tiles.imagesIn(part) <= MOST_IN_VIEW;
  }

  /**
   * Fetch the tiles of a part of the map, if it is not too large.
   *
   * @returns the images that can be drawn, rising, with some around them, and whether these are all.
   */
  want(part: Bounds): { rows: Range[]; areAll: boolean } {
    if (!this.isNear(part)) return { rows: [], areAll: false };
    const wanted = this.tiles.tilesIn(part);
    const there = wanted.filter((tile) => this.tiles.isThere(tile));
    for (const tile of wanted) {
      if (this.tiles.isThere(tile) || this.reading >= READS_AT_ONCE) continue;
      this.reading++;
      orSaid(this.tiles.load(tile).finally(() => this.reading--));
    }
    for (const tile of there) this.hold(tile);
    return { rows: this.rowsIn(there, part), areAll: there.length === wanted.length };
  }

  /** The images of some tiles whose blocks reach into a part of the map. */
  private rowsIn(tiles: readonly number[], part: Bounds): Range[] {
    const ranges: { first: number; end: number }[] = [];
    const { block, count } = this.tiles;
    for (const tile of tiles) {
      this.tiles.blocksIn(tile, part, (number) => {
        const [first, end] = [number * block, Math.min((number + 1) * block, count)];
        const last = ranges[ranges.length - 1];
        if (last && first - last.end <= BETWEEN) last.end = end;
        else ranges.push({ first, end });
      });
    }
    return ranges;
  }

  /** Draw what stands for images, or for their pictures, that are not drawn. @param areAll whether only pictures lack. */
  draw(view: View, part: Bounds, density: number, look: { paper: readonly number[]; mark: readonly number[] }, areAll: boolean): void {
    const pixels = view.scale * density;
    this.whole.want(part, pixels);
    this.whole.draw(view, part, pixels, look.paper, this.isChosen);
    if (!areAll) this.lights.draw(view, density, look.mark);
  }

  /** Fetch all that a drawing shows; whether it is there. */
  prepare(part: Bounds, pixels: number): boolean {
    return this.isNear(part) ? this.want(part).areAll : this.whole.want(part, pixels);
  }

  /** Whether some images are chosen, and others not. */
  private get isChosen(): boolean {
    return this.states !== null && (this.lights.areThere || this.states[0] === Shade.Faded);
  }

  private hold(tile: number): void {
    if (this.slots.holds(tile)) return;
    const [first, end] = this.tiles.rowsOf(tile);
    this.slots.put(tile, this.tiles.boxes.subarray(4 * first, 4 * end), this.statesOf(tile));
  }

  private statesOf(tile: number): Float32Array {
    const [first, end] = this.tiles.rowsOf(tile);
    return this.states?.subarray(first, end) ?? new Float32Array(end - first).fill(Shade.Plain);
  }
}
