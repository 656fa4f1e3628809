/**
 * Places names as the poster does: within or beside their own pictures, off pictures if a spot is
 * close, never nearer to others' pictures than to their own. Where there is no room, a line leads
 * from the pictures to a name that stands apart.
 */

import type { Level, Pictures } from "./pictures";

/** In pixels of a level of zoom; y grows downwards. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];
export type Point = readonly [x: number, y: number];

export interface Spot {
  readonly box: Box;
  /** Where the name touches its pictures, or the line to them: it stays there as one zooms. */
  readonly hold: Point;
  /** The other end of the line, at a picture; null without a line. */
  readonly end: Point | null;
}

export interface Wanted {
  readonly width: number;
  readonly height: number;
  /** Where its middle had best be. */
  readonly anchor: Point;
  readonly level: Level;
  /** Of the cluster or sub-cluster that it names. */
  readonly number: number;
}

interface Judged {
  readonly cost: number;
  /** Whether most of the nearest pictures are own ones; and whether all of those that are as near as any. */
  readonly own: boolean;
  readonly only: boolean;
  readonly covered: number;
  readonly nearest: Box | null;
}

/** A free box for a name. */
interface Candidate {
  readonly box: Box;
  /** Its distance from the anchor, in heights of the name. */
  readonly moved: number;
  /** Whether an own picture is beside it. */
  readonly isNear: boolean;
}

// Costs of a name that fully covers pictures of its own, and of others, in heights of the name away
// from its anchor; and of each of the five nearest pictures that is another's.
const OWN_COST = 9;
const FOREIGN_COST = 20;
const STRANGER_COST = 3;
const NEAREST = 5;
/** Distances in heights of the name: to its own pictures at most, and of a line that leads to it. */
const FARTHEST = 1.5;
const CLOSE = 0.7;
const SHORTEST_LINE = 0.5;
const LONGEST_LINE = 8;
const RINGS = [0, 0.5, 1, 1.5, 2.2, 3, 4, 5, 6.5, 8, 10, 12.5];
const DIRECTIONS = 16;
/** The most own pictures beside which places are tried. */
const MOST_SPOTS = 40;
const GAP = 3;

export class Placer {
  private readonly taken: Box[] = [];
  private readonly settled = new Map<Spot, number>();
  private covered = 0;

  /**
   * @param scale pixels for a unit of the map.
   * @param area in which names have to be.
   * @param budget how many pictures all names together may cover.
   */
  constructor(
    private readonly pictures: Pictures,
    private readonly scale: number,
    private readonly area: Box,
    private readonly budget: number,
  ) {}

  /** Keep names off a part. */
  take(box: Box): void {
    this.taken.push(box);
  }

  /** Make the place of a name free again. */
  giveBack(spot: Spot): void {
    this.covered -= this.settled.get(spot) ?? 0;
    this.settled.delete(spot);
  }

  /** Put a name where it was before, if that still is beside its pictures and free. */
  keep(spot: Spot, wanted: Wanted): boolean {
    if (spot.end || this.meets(spot.box)) return false;
    const { only, covered } = this.judge(spot.box, wanted, FARTHEST * wanted.height);
    return only && this.settle(spot, covered);
  }

  /**
   * Take the best free spot for a name; null if there is none beside its pictures.
   *
   * @param sizes the name in several sizes, the best first.
   * @returns the spot and the number of the size.
   */
  place(sizes: readonly Wanted[]): [Spot, number] | null {
    const shared: [Spot, number, number][] = [];
    for (const [at, wanted] of sizes.entries()) {
      const best = this.best(this.candidates(wanted), wanted);
      if (best.only && this.settle(...best.only)) return [best.only[0], at];
      if (best.shared) shared.push([...best.shared, at]);
    }
    const led = this.led(this.candidates(sizes[0]!), sizes[0]!);
    if (led) return [led, 0];
    const [first] = shared;
    return first && this.settle(first[0], first[1]) ? [first[0], first[2]] : null;
  }

  /** The best spots with only own pictures nearest, and with others as near; and how many pictures they cover. */
  private best(places: readonly Candidate[], wanted: Wanted): Record<"only" | "shared", [Spot, number] | null> {
    const best = { only: null as [Spot, number] | null, shared: null as [Spot, number] | null };
    const costs = { only: Infinity, shared: Infinity };
    for (const { box, moved, isNear } of places) {
      if (moved >= costs.only) break;
      if (!isNear) continue;
      const { own, only, covered, cost, nearest } = this.judge(box, wanted, FARTHEST * wanted.height);
      const kind = only ? "only" : "shared";
      if (!own || this.covered + covered > this.budget || moved + cost >= costs[kind]) continue;
      costs[kind] = moved + cost;
      best[kind] = [touching(box, nearest!, wanted.height), covered];
    }
    return best;
  }

  private settle(spot: Spot, covered: number): boolean {
    if (this.covered + covered > this.budget) return false;
    this.covered += covered;
    this.settled.set(spot, covered);
    return true;
  }

  /** A spot off all pictures that a line leads to. */
  private led(places: readonly Candidate[], wanted: Wanted): Spot | null {
    for (const { box, isNear } of places) {
      if (isNear || this.judge(box, wanted, 0).cost) continue;
      const { only, nearest } = this.judge(box, wanted, LONGEST_LINE * wanted.height);
      if (!only || !nearest) continue;
      const [hold, end] = lineBetween(box, nearest);
      const long = Math.hypot(hold[0] - end[0], hold[1] - end[1]);
      if (long < SHORTEST_LINE * wanted.height || this.crosses(hold, end)) continue;
      const spot = { box, hold, end };
      if (this.settle(spot, 0)) return spot;
    }
    return null;
  }

  /** Free boxes around the anchor and beside own pictures, the nearest to the anchor first. */
  private candidates({ width, height, anchor, level, number }: Wanted): Candidate[] {
    const [left, top, right, bottom] = this.area;
    if (width > right - left || height > bottom - top) return [];
    const own = this.pictures.of(level, number);
    const boxes = own.map((picture) => this.boxOf(picture));
    const found: Candidate[] = [];
    const add = (x: number, y: number) => {
      const first = Math.min(Math.max(x - width / 2, left), right - width);
      const above = Math.min(Math.max(y - height / 2, top), bottom - height);
      const box: Box = [first, above, first + width, above + height];
      const [across, down] = middle(box);
      if (this.meets(box)) return;
      const isNear = boxes.some((other) => apart(box, other) <= FARTHEST * height);
      found.push({ box, moved: Math.hypot(across - anchor[0], down - anchor[1]) / height, isNear });
    };
    for (const ring of RINGS) {
      for (let way = 0; way < (ring ? DIRECTIONS : 1); way++) {
        const angle = (way * 2 * Math.PI) / DIRECTIONS;
        add(anchor[0] + (ring * height + (ring && (width - height) / 2)) * Math.cos(angle), anchor[1] + ring * height * Math.sin(angle));
      }
    }
    const step = Math.max(1, own.length / MOST_SPOTS);
    for (let at = 0; at < own.length; at += step) {
      const [x0, y0, x1, y1] = boxes[Math.floor(at)]!;
      const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
      add(x, y);
      add(x, y0 - GAP - height / 2);
      add(x, y1 + GAP + height / 2);
      add(x0 - GAP - width / 2, y);
      add(x1 + GAP + width / 2, y);
    }
    return found.sort((one, other) => one.moved - other.moved);
  }

  /** What is near a box: at most `reach` pixels away. */
  private judge(box: Box, { level, number }: Wanted, reach: number): Judged {
    const [left, top, right, bottom] = box;
    const owners = this.pictures.owners[level];
    const near: { away: number; own: boolean; picture: Box }[] = [];
    let [covered, ownCover, foreignCover] = [0, 0, 0];
    const { scale } = this;
    const part = [(left - reach) / scale, -(bottom + reach) / scale, (right + reach) / scale, -(top - reach) / scale] as const;
    this.pictures.places.visit(part, (at) => {
      const picture = this.boxOf(at);
      const away = apart(box, picture);
      if (away > reach) return;
      const own = owners[at] === number;
      near.push({ away, own, picture });
      if (away) return;
      const [x, y] = middle(picture);
      if (x > left && x < right && y > top && y < bottom) covered++;
      const wide = Math.min(right, picture[2]) - Math.max(left, picture[0]);
      const shared = wide * (Math.min(bottom, picture[3]) - Math.max(top, picture[1]));
      if (own) ownCover += shared;
      else foreignCover += shared;
    });
    near.sort((one, other) => one.away - other.away);
    const first = near.filter(({ away }) => away <= near[0]!.away + 0.5);
    const nearest = near.filter(({ away }) => away <= near[Math.min(NEAREST, near.length) - 1]!.away);
    const strangers = nearest.filter((each) => !each.own).length / Math.max(nearest.length, 1);
    const own = first.some((each) => each.own) && strangers < 0.5;
    const area = (right - left) * (bottom - top);
    return {
      cost: (OWN_COST * Math.min(ownCover, area) + FOREIGN_COST * Math.min(foreignCover, area)) / area + STRANGER_COST * NEAREST * strangers,
      own,
      only: own && first.every((each) => each.own),
      covered,
      nearest: near.find((each) => each.own)?.picture ?? null,
    };
  }

  private meets(box: Box): boolean {
    if (this.taken.some((other) => touch(box, other))) return true;
    for (const { box: other, hold, end } of this.settled.keys()) {
      if (touch(box, other) || (end && cuts(box, hold, end))) return true;
    }
    return false;
  }

  private crosses(one: Point, other: Point): boolean {
    if (this.taken.some((box) => cuts(box, one, other))) return true;
    for (const { box, hold, end } of this.settled.keys()) {
      if (cuts(box, one, other) || (end && cross(one, other, hold, end))) return true;
    }
    return false;
  }

  private boxOf(picture: number): Box {
    const [x, y] = this.pictures.places.centre(picture);
    const [width, height] = this.pictures.places.size(picture);
    const { scale } = this;
    return [(x - width / 2) * scale, (-y - height / 2) * scale, (x + width / 2) * scale, (-y + height / 2) * scale];
  }
}

/** How far apart two boxes are. */
function apart(one: Box, other: Box): number {
  const across = Math.max(other[0] - one[2], one[0] - other[2], 0);
  const down = Math.max(other[1] - one[3], one[1] - other[3], 0);
  return Math.sqrt(across * across + down * down);
}

function middle([left, top, right, bottom]: Box): Point {
  return [(left + right) / 2, (top + bottom) / 2];
}

function touch(one: Box, other: Box): boolean {
  return one[0] - GAP < other[2] && one[2] + GAP > other[0] && one[1] - GAP < other[3] && one[3] + GAP > other[1];
}

function nearestPoint([left, top, right, bottom]: Box, [x, y]: Point): Point {
  return [Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom)];
}

/** A name beside a picture, with a line if one could miss that it belongs to it. */
function touching(box: Box, picture: Box, height: number): Spot {
  const [one, other] = lineBetween(box, picture);
  const isNear = Math.hypot(one[0] - other[0], one[1] - other[1]) < CLOSE * height;
  return isNear ? { box, hold: nearestPoint(box, middle(picture)), end: null } : { box, hold: one, end: other };
}

/** The shortest line between two boxes, in the middle of where they face each other. */
function lineBetween(one: Box, other: Box): readonly [Point, Point] {
  const ends = ([low, high]: readonly number[], [first, last]: readonly number[]): [number, number] => {
    const [from, to] = [Math.max(low!, first!), Math.min(high!, last!)];
    if (from <= to) return [(from + to) / 2, (from + to) / 2];
    return high! < first! ? [high!, first!] : [low!, last!];
  };
  const [x, otherX] = ends([one[0], one[2]], [other[0], other[2]]);
  const [y, otherY] = ends([one[1], one[3]], [other[1], other[3]]);
  return [[x, y], [otherX, otherY]];
}

/** Whether a line meets a box. */
function cuts([left, top, right, bottom]: Box, one: Point, other: Point): boolean {
  const within = ([x, y]: Point) => x > left && x < right && y > top && y < bottom;
  if (within(one) || within(other)) return true;
  return (
    cross(one, other, [left, top], [right, bottom]) || cross(one, other, [left, bottom], [right, top])
  );
}

function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}
