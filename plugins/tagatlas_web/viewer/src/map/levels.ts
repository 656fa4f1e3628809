/**
 * Where names are, level by level: each time one looks twice as closely there is room for more.
 *
 * Places are those of the map, so that names move with it. Within a level names take less and less
 * of it, so that what was free at its beginning stays free; and they keep their places from level
 * to level as long as they are beside what they name.
 */

import type { Bounds } from "./camera";
import type { Chart } from "../data/chart";
import type { Lettered, Lettering } from "./lettering";
import type { Name } from "./names";
import { Pictures } from "./pictures";
import { Placer, type Box, type Point, type Spot, type Wanted } from "./placer";

export interface Label {
  readonly name: Name;
  readonly lettered: Lettered;
  /** A place of the map, in its units, and which part of the name is there: from 0 to 1 each way. */
  readonly hold: Point;
  readonly part: Point;
  /** Width and height of its place, in pixels; the name is cut where it is larger. */
  readonly size: Point;
  /** Where on the map the line to the name begins; null without one. */
  readonly end: Point | null;
}

/** The view of the whole map, which names are placed for first. */
export interface Whole {
  /** Pixels for a unit of the map. */
  readonly scale: number;
  /** The part of the map where names may be: what is seen and not behind controls. */
  readonly part: Bounds;
  /** The part that the small map in the corner hides. */
  readonly corner: Bounds;
}

/** What is named has to be that large, in pixels. */
const LEAST = { cluster: 26, subcluster: 140, tag: 10 };
/** So many square pixels for each name of a sub-cluster, and of a cluster. */
const ROOM = { cluster: 9_000, subcluster: 32_000 };
/** The most names in the view of the whole map, however large it is. */
const MOST = 30;
/** The share of all pictures that names may cover; where the map is narrow, and names are large beside pictures. */
const BUDGET = 0.09;
const NARROW = { below: 560, budget: 0.13 };
/** So many pictures are looked at in the view of the whole map. */
const ENOUGH = 4_000;
/** Names that have no place otherwise are set smaller. */
const SIZES = [1, 0.85, 0.75];
/** Names that are tried for each that there is room for: many lie where no name fits. */
const TRIES = 4;
const EDGE = 4;
const BEYOND = 150;
const DEEPEST = 9;

interface Put {
  readonly spot: Spot;
  readonly lettered: Lettered;
}
type Placed = Map<Name, Put>;

/** A level: names as they are called without annotations, and as they are called. */
interface Level {
  readonly plain: Placed;
  readonly called: Placed;
}

export class Levels {
  private readonly made: Level[] = [];
  private readonly labels: Label[][] = [];
  private readonly samples = new Map<number, Pictures>();

  /**
   * @param names of clusters and sub-clusters, the most important first.
   * @param free parts of the map that names keep off.
   */
  constructor(
    private readonly chart: Chart,
    private readonly names: readonly Name[],
    private readonly lettering: Lettering,
    readonly whole: Whole,
    private readonly free: readonly Bounds[],
  ) {}

  /** Pixels for a unit of the map where a level begins. */
  scaleOf(level: number): number {
    return this.whole.scale * 2 ** level;
  }

  /** The level of a scale; 0 for the whole map and whatever is farther. */
  levelOf(scale: number): number {
    return Math.min(Math.max(Math.floor(Math.log2(scale / this.whole.scale) + 1e-6), 0), DEEPEST);
  }

  /** The names at a level, and where they are. */
  at(level: number): readonly Label[] {
    for (let next = this.made.length; next <= level; next++) {
      this.made.push(this.place(next));
      this.labels.push(this.labelsOf(next));
    }
    return this.labels[level]!;
  }

  private labelsOf(level: number): Label[] {
    const scale = this.scaleOf(level);
    return [...this.made[level]!.called].map(([name, { spot, lettered }]) => {
      const [left, top, right, bottom] = spot.box;
      return {
        name,
        lettered,
        hold: [spot.hold[0] / scale, -spot.hold[1] / scale],
        part: [(spot.hold[0] - left) / (right - left), (spot.hold[1] - top) / (bottom - top)],
        size: [right - left, bottom - top],
        end: spot.end && [spot.end[0] / scale, -spot.end[1] / scale],
      };
    });
  }

  /**
   * Names without annotations find places first, and names that were given replace theirs: so these
   * move no other. One that has no place otherwise is cut to that of the name before.
   */
  private place(level: number): Level {
    const scale = this.scaleOf(level);
    const area = this.area(level);
    const most = mostOf(area, level);
    const wanted = this.names.filter(({ kind, extent }) => extent * scale >= LEAST[kind]).slice(0, TRIES * most.cluster);
    const pictures = this.sample(level);
    const budget = area[2] - area[0] < NARROW.below ? NARROW.budget : BUDGET;
    const placer = new Placer(pictures, scale, area, budget * pictures.count);
    const free = level ? this.free : [...this.free, this.whole.corner];
    for (const [left, bottom, right, top] of free) placer.take([left * scale, -top * scale, right * scale, -bottom * scale]);

    const before = this.made[level - 1];
    const plain = this.settle(wanted, (name) => name.plain, most, placer, scale, before?.plain);
    const given = wanted.filter((name) => name.text !== name.plain && plain.has(name));
    for (const { spot } of given.flatMap((name) => plain.get(name) ?? [])) placer.giveBack(spot);
    const replaced = this.settle(given, (name) => name.text, most, placer, scale, before?.called);
    const called: Placed = new Map();
    for (const name of wanted) {
      const old = plain.get(name);
      const cut = old && { spot: old.spot, lettered: this.lettering.of(name, name.text) };
      const put = name.text === name.plain ? old : (replaced.get(name) ?? cut);
      if (put) called.set(name, put);
    }
    return { plain, called };
  }

  /** Places for at most so many names: those that they had, as long as these are right, and then others. */
  private settle(
    names: readonly Name[],
    text: (name: Name) => string,
    most: Most,
    placer: Placer,
    scale: number,
    before: Placed | undefined,
  ): Placed {
    this.lettering.measure(names, text);
    const placed: Placed = new Map();
    for (const name of names) {
      const old = before?.get(name);
      const spot = old && nearer(old.spot, old.lettered);
      if (spot && placer.keep(spot, want(name, old.lettered, scale))) placed.set(name, { spot, lettered: old.lettered });
    }
    for (const name of names) {
      if (placed.has(name) || placed.size >= (name.kind === "cluster" ? most.cluster : most.subcluster)) continue;
      const sizes = SIZES.map((size) => this.lettering.of(name, text(name), size));
      const found = placer.place(sizes.map((lettered) => want(name, lettered, scale)));
      if (found) placed.set(name, { spot: found[0], lettered: sizes[found[1]]! });
    }
    return placed;
  }

  private area(level: number): Box {
    const scale = this.scaleOf(level);
    const [left, bottom, right, top] = level ? this.chart.file.bounds : this.whole.part;
    const more = level ? BEYOND : -EDGE;
    return [left * scale - more, -top * scale - more, right * scale + more, -bottom * scale + more];
  }

  private sample(level: number): Pictures {
    const step = Math.max(1, Math.floor(this.chart.facts.images / (ENOUGH * 4 ** level)));
    const made = this.samples.get(step) ?? new Pictures(this.chart, step);
    this.samples.set(step, made);
    return made;
  }
}

/** How many names there are room for, when the next one is of such a kind. */
type Most = Readonly<Record<"cluster" | "subcluster", number>>;

function mostOf(area: Box, level: number): Most {
  const of = (room: number) => Math.round(Math.min(Math.max(((area[2] - area[0]) * (area[3] - area[1])) / room, 3), MOST * 4 ** level));
  return { cluster: of(ROOM.cluster), subcluster: of(ROOM.subcluster) };
}

function want(name: Name, { width, height }: Lettered, scale: number): Wanted {
  const level = name.kind === "subcluster" ? "subcluster" : "cluster";
  return { width, height, anchor: [name.x * scale, -name.y * scale], level, number: name.number };
}

/** The same place where one looks twice as closely. */
function nearer({ box, hold, end }: Spot, { width, height }: Lettered): Spot {
  const [x, y] = [2 * hold[0], 2 * hold[1]];
  const across = (hold[0] - box[0]) / (box[2] - box[0]);
  const down = (hold[1] - box[1]) / (box[3] - box[1]);
  const [left, top] = [x - across * width, y - down * height];
  return { box: [left, top, left + width, top + height], hold: [x, y], end: end && [2 * end[0], 2 * end[1]] };
}
