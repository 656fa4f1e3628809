/** A map of many images in tiles: where images are is read where one looks closely, and known roughly before. */

import type { Bounds } from "../map/camera";
import { Boxes, type Places } from "./boxes";
import type { PackedPlaces } from "./files";
import { placesOf } from "./packed";
import { kept } from "./parts";

/** What a map has of images before their tiles are read. */
export interface TiledFacts {
  images: number;
  /** Images in a tile, and in a block. */
  tile: number;
  block: number;
  /** The extents of blocks, as boxes. */
  blocks: PackedPlaces;
  /** The longer side of the typical image, and of the largest. */
  sides: readonly [typical: number, largest: number];
}

/** A block that is so many times as wide as its images need has images of two places, or scattered ones. */
const WIDE = 6;

/** Tiles are ranges of rows; blocks are shorter ones, whose extents are known. */
export class Tiles implements Places {
  readonly count: number;
  readonly block: number;
  /** Images in a tile. */
  readonly inTile: number;
  /** How many tiles there are. */
  readonly tiles: number;
  /** x, y, width and height of images; 0 of those whose tiles are not read. */
  readonly boxes: Float32Array;
  /** The same of each block. */
  readonly blocks: Float32Array;
  /** x and y of what is in the middle of each block. */
  readonly middles: Float32Array;
  private readonly grids: (Boxes | undefined)[] = [];
  private readonly bounds: Float32Array;
  private readonly reading = new Map<number, Promise<void>>();
  private readonly heard: (() => void)[] = [];

  /** @param read the places of a tile. */
  constructor(
    private readonly facts: TiledFacts,
    private readonly read: (tile: number) => Promise<PackedPlaces>,
  ) {
    this.count = facts.images;
    this.block = facts.block;
    this.inTile = facts.tile;
    this.tiles = Math.ceil(facts.images / facts.tile);
    this.boxes = new Float32Array(4 * facts.images);
    this.blocks = placesOf(facts.blocks);
    this.middles = middlesOf(this.blocks, WIDE * Math.sqrt(facts.block) * facts.sides[0]);
    this.bounds = new Float32Array(4 * this.tiles);
    const blocks = facts.tile / facts.block;
    for (let tile = 0; tile < this.tiles; tile++) this.bounds.set(extentOf(this.blocks, tile * blocks, (tile + 1) * blocks), 4 * tile);
  }

  /** Have something called whenever a tile was read. */
  listen(heard: () => void): void {
    this.heard.push(heard);
  }

  isThere(tile: number): boolean {
    return this.grids[tile] !== undefined;
  }

  tileOf(row: number): number {
    return Math.floor(row / this.inTile);
  }

  /** The rows of a tile: from a first one up to an end. */
  rowsOf(tile: number): [first: number, end: number] {
    return [tile * this.inTile, Math.min((tile + 1) * this.inTile, this.count)];
  }

  /** Read a tile; what is read stays. */
  load(tile: number): Promise<void> {
    return kept(this.reading, tile, () => this.take(tile));
  }

  /** Read the tiles of images. */
  async reach(rows: ArrayLike<number>): Promise<void> {
    const tiles = new Set<number>();
    for (let at = 0; at < rows.length; at++) tiles.add(this.tileOf(rows[at]!));
    await Promise.all(Array.from(tiles, (tile) => this.load(tile)));
  }

  /** Read the tiles that may have an image at a place. */
  async reachPlace(x: number, y: number): Promise<void> {
    await Promise.all(this.tilesIn([x, y, x, y]).map((tile) => this.load(tile)));
  }

  /** Read the tiles of which a ring may divide blocks. @param points x and y in turn. */
  async reachRing(points: readonly number[]): Promise<void> {
    const wanted: number[] = [];
    for (let tile = 0; tile < this.tiles; tile++) {
      if (this.isThere(tile) || !crosses(points, this.boundsOf(tile))) continue;
      let isDivided = false;
      this.blocksIn(tile, this.boundsOf(tile), (block) => (isDivided ||= crosses(points, extentOf(this.blocks, block, block + 1))));
      if (isDivided) wanted.push(tile);
    }
    await Promise.all(wanted.map((tile) => this.load(tile)));
  }

  /** Tiles of which a block reaches into a part of the map. */
  tilesIn(part: Bounds): number[] {
    const found: number[] = [];
    for (let tile = 0; tile < this.tiles; tile++) if (meets(this.bounds, tile, part) && this.nextIn(tile, 0, part) >= 0) found.push(tile);
    return found;
  }

  /** Call `visitor` with each block of a tile that reaches into a part of the map. */
  blocksIn(tile: number, part: Bounds, visitor: (block: number) => void): void {
    for (let block = this.nextIn(tile, 0, part); block >= 0; block = this.nextIn(tile, block + 1, part)) visitor(block);
  }

  /** The first block of a tile, at or after another, that reaches into a part of the map; -1 for none. */
  private nextIn(tile: number, after: number, [left, bottom, right, top]: Bounds): number {
    const blocks = this.inTile / this.block;
    const end = Math.min((tile + 1) * blocks, this.blocks.length / 4);
    for (let block = Math.max(tile * blocks, after); block < end; block++) {
      const at = 4 * block;
      const [x, y, wide, high] = [this.blocks[at]!, this.blocks[at + 1]!, this.blocks[at + 2]! / 2, this.blocks[at + 3]! / 2];
      if (x + wide >= left && x - wide <= right && y + high >= bottom && y - high <= top) return block;
    }
    return -1;
  }

  /** About how many images a part of the map has. */
  imagesIn(part: Bounds): number {
    let blocks = 0;
    for (const tile of this.tilesIn(part)) this.blocksIn(tile, part, () => blocks++);
    return blocks * this.block;
  }

  at(x: number, y: number): number {
    let found = -1;
    this.visit([x, y, x, y], (row) => {
      const [across, up] = this.centre(row);
      const [width, height] = this.size(row);
      if (Math.abs(x - across) <= width / 2 && Math.abs(y - up) <= height / 2 && row > found) found = row;
    });
    return found;
  }

  /** Only images whose tiles are read are visited. */
  visit(part: Bounds, visitor: (row: number) => void): void {
    for (const tile of this.tilesIn(part)) {
      const first = tile * this.inTile;
      this.grids[tile]?.visit(part, (box) => visitor(first + box));
    }
  }

  areIn(part: Bounds): boolean {
    return this.tilesIn(part).length > 0;
  }

  around(rows: ArrayLike<number>): Bounds | null {
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!;
      const isRead = this.boxes[4 * row + 2]! > 0;
      const [boxes, box] = isRead ? [this.boxes, 4 * row] : [this.blocks, 4 * Math.floor(row / this.block)];
      const [x, y, wide, high] = [boxes[box]!, boxes[box + 1]!, boxes[box + 2]! / 2, boxes[box + 3]! / 2];
      left = Math.min(left, x - wide);
      right = Math.max(right, x + wide);
      bottom = Math.min(bottom, y - high);
      top = Math.max(top, y + high);
    }
    return left <= right ? [left, bottom, right, top] : null;
  }

  /** Of an image whose tile is not read that of its block. */
  centre(row: number): [number, number] {
    if (this.boxes[4 * row + 2]! > 0) return [this.boxes[4 * row]!, this.boxes[4 * row + 1]!];
    const block = 2 * Math.floor(row / this.block);
    return [this.middles[block]!, this.middles[block + 1]!];
  }

  /** Of an image whose tile is not read that of the typical one. */
  size(row: number): [number, number] {
    if (this.boxes[4 * row + 2]! > 0) return [this.boxes[4 * row + 2]!, this.boxes[4 * row + 3]!];
    return [this.facts.sides[0], this.facts.sides[0]];
  }

  get largestSide(): number {
    return this.facts.sides[1];
  }

  typicalSide(): number {
    return this.facts.sides[0];
  }

  private async take(tile: number): Promise<void> {
    const [first] = this.rowsOf(tile);
    const places = placesOf(await this.read(tile));
    this.boxes.set(places, 4 * first);
    this.grids[tile] = new Boxes(this.boxes.subarray(4 * first, 4 * first + places.length), this.boundsOf(tile));
    for (const hear of this.heard) hear();
  }

  private boundsOf(tile: number): Bounds {
    const blocks = this.inTile / this.block;
    return extentOf(this.blocks, tile * blocks, (tile + 1) * blocks);
  }
}

function meets(bounds: Float32Array, tile: number, [left, bottom, right, top]: Bounds): boolean {
  const at = 4 * tile;
  return bounds[at]! <= right && bounds[at + 2]! >= left && bounds[at + 1]! <= top && bounds[at + 3]! >= bottom;
}

/** Whether an edge of a ring runs through a part of the map. */
function crosses(points: readonly number[], [left, bottom, right, top]: Bounds): boolean {
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length;
    const [x, y] = [points[at]!, points[at + 1]!];
    const [across, up] = [points[next]! - x, points[next + 1]! - y];
    // The part of the edge that is within: J. Liang & B. Barsky, 1984.
    let [first, last] = [0, 1];
    for (const [step, room] of [[-across, x - left], [across, right - x], [-up, y - bottom], [up, top - y]] as const) {
      if (step === 0) {
        if (room < 0) last = -1;
      } else if (step < 0) first = Math.max(first, room / step);
      else last = Math.min(last, room / step);
    }
    if (first <= last) return true;
  }
  return false;
}

/** The middles of blocks; of a wide one, which is between others that are not, that of the one before it: its first images are there. */
function middlesOf(blocks: Float32Array, widest: number): Float32Array {
  const middles = new Float32Array(blocks.length / 2);
  const isWide = (block: number) => Math.max(blocks[4 * block + 2]!, blocks[4 * block + 3]!) > widest;
  for (let block = 0; 4 * block < blocks.length; block++) {
    const isOfTwoPlaces = block > 0 && isWide(block) && !isWide(block - 1) && !isWide(block + 1);
    const from = 4 * (isOfTwoPlaces ? block - 1 : block);
    middles.set(blocks.subarray(from, from + 2), 2 * block);
  }
  return middles;
}

/** Left, bottom, right and top of some blocks. */
function extentOf(blocks: Float32Array, first: number, end: number): Bounds {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 4 * first; at < Math.min(4 * end, blocks.length); at += 4) {
    const [x, y, wide, high] = [blocks[at]!, blocks[at + 1]!, blocks[at + 2]! / 2, blocks[at + 3]! / 2];
    left = Math.min(left, x - wide);
    right = Math.max(right, x + wide);
    bottom = Math.min(bottom, y - high);
    top = Math.max(top, y + high);
  }
  return [left, bottom, right, top];
}
