/** Names over the map: of clusters at their places, and of tags where they fit. */

import type { Bounds, Camera } from "./camera";
import type { Chart } from "../data/chart";
import { figure } from "../elements";
import { Lettering } from "./lettering";
import { Levels, type Label, type Whole } from "./levels";
import type { Box } from "./placer";
import { Thinned } from "./thinned";

export interface Name {
  text: string;
  /** As it would be called without annotations. */
  plain: string;
  x: number;
  y: number;
  /** What it stands for is that large, in map units: where that is small, the name waits. */
  extent: number;
  /** Those of a higher weight come first. */
  weight: number;
  /** How large it is set among others of its kind, in [0, 1]. */
  rank: number;
  kind: "cluster" | "subcluster" | "tag";
  /** Of the cluster, sub-cluster or tag. */
  number: number;
  colour: string;
}

interface Seen {
  readonly label: Label;
  readonly left: number;
  readonly top: number;
}

export class Names {
  private readonly lettering: Lettering;
  private readonly leaders = figure("svg", { class: "leaders" });
  private readonly lines = new Map<Name, SVGLineElement>();
  private readonly tags: Thinned;
  private names: readonly Name[] = [];
  private levels: Levels | null = null;
  private shown: Seen[] = [];
  private free: readonly Bounds[] = [];

  /** @param layer where names are put; it is over the map and as large. */
  constructor(
    layer: HTMLElement,
    private chart: Chart,
  ) {
    const own = layer.appendChild(document.createElement("div"));
    layer.prepend(this.leaders);
    this.lettering = new Lettering(own);
    this.tags = new Thinned(layer);
  }

  /** @param names of clusters and sub-clusters. @param tags of the map's tags; none if they are not shown. */
  set(chart: Chart, names: readonly Name[], tags: readonly Name[]): void {
    if (chart !== this.chart) this.lettering.clear();
    this.chart = chart;
    this.names = [...names].sort((one, other) => other.weight - one.weight);
    this.lettering.keep(this.names);
    this.tags.set(tags);
    this.forget();
  }

  /** Keep names off parts of the map, in its units. */
  keepFree(parts: readonly Bounds[]): void {
    this.free = parts;
    this.forget();
  }

  /** The name at a point of the screen: where its letters are. */
  at(x: number, y: number): Name | null {
    const on = ({ label, left, top }: Seen) =>
      label.lettered.lines.some((line) => {
        const [across, down] = [x - left, y - top];
        return across >= line[0] && across <= Math.min(line[2], label.size[0]) && down >= line[1] && down <= Math.min(line[3], label.size[1]);
      });
    return this.shown.find(on)?.label.name ?? this.tags.at(x, y);
  }

  /** Whether a name is not seen as a whole. */
  isCut(name: Name): boolean {
    const label = this.shown.find((seen) => seen.label.name === name)?.label;
    return label ? isCut(label) : this.tags.isCut(name);
  }

  /** Where names of clusters are on the screen. */
  get boxes(): Box[] {
    return this.shown.map(({ left, top, label }) => [left, top, left + label.size[0], top + label.size[1]]);
  }

  /** The part of the map that the name of a cluster takes where one looks so closely; null if it has none. */
  around(kind: Name["kind"], number: number, scale: number): Bounds | null {
    const label = this.levels?.at(this.levels.levelOf(scale)).find(({ name }) => name.kind === kind && name.number === number);
    if (!label) return null;
    const { hold, part, size } = label;
    const [left, top] = [hold[0] - (part[0] * size[0]) / scale, hold[1] + (part[1] * size[1]) / scale];
    return [left, top - size[1] / scale, left + size[0] / scale, top];
  }

  /** Draw the names of where one looks. */
  place(camera: Camera): void {
    const { wholeMap, freeOfWhole, cornerOfWhole } = camera;
    const whole = { scale: wholeMap.scale, part: freeOfWhole, corner: cornerOfWhole };
    this.lettering.fit(camera.width);
    if (!this.levels || !same(this.levels.whole, whole)) {
      this.forget();
      this.levels = new Levels(this.chart, this.names, this.lettering, whole, this.free);
    }
    const level = this.levels.levelOf(camera.scale);
    const isFar = camera.scale < this.levels.scaleOf(level) * 0.999; // farther than the whole map: names would meet
    const seen: Seen[] = [];
    for (const label of this.levels.at(level)) {
      const [x, y] = camera.toScreen(...label.hold);
      const [left, top] = [Math.round(x - label.part[0] * label.size[0]), Math.round(y - label.part[1] * label.size[1])];
      const next = { label, left, top };
      if (isOff(next, camera) || (isFar && seen.some((other) => meet(next, other)))) continue;
      seen.push(next);
    }
    this.draw(seen, camera);
    this.tags.place(camera, level, this.levels.scaleOf(level), this.levels.at(level));
  }

  private draw(seen: Seen[], camera: Camera): void {
    const now = new Set(seen.map(({ label }) => label.lettered.element));
    const before = new Set(this.shown.map(({ label }) => label));
    for (const { lettered } of before) if (!now.has(lettered.element)) lettered.element.hidden = true;
    this.shown = seen;
    const led = new Set<Name>();
    for (const { label, left, top } of seen) {
      if (!before.has(label)) show(label);
      label.lettered.element.style.transform = `translate(${left}px, ${top}px)`;
      if (!label.end) continue;
      led.add(label.name);
      this.lead(label, camera);
    }
    for (const [name, line] of this.lines) {
      if (led.has(name)) continue;
      line.remove();
      this.lines.delete(name);
    }
  }

  private lead({ name, hold, end }: Label, camera: Camera): void {
    const line = this.lines.get(name) ?? this.leaders.appendChild(figure("line"));
    this.lines.set(name, line);
    line.style.setProperty("--ink", name.colour);
    const [x1, y1] = camera.toScreen(...hold);
    const [x2, y2] = camera.toScreen(...end!);
    for (const [key, value] of Object.entries({ x1, y1, x2, y2 })) line.setAttribute(key, String(value));
  }

  private forget(): void {
    for (const { label } of this.shown) label.lettered.element.hidden = true;
    this.shown = [];
    this.levels = null;
    this.tags.forget();
  }
}

function isCut({ lettered: { width, height }, size }: Label): boolean {
  return width > size[0] + 0.5 || height > size[1] + 0.5;
}

function show(label: Label): void {
  const { element, size: letters, width } = label.lettered;
  const cut = isCut(label);
  element.classList.toggle("cut", cut);
  element.style.fontSize = `${letters}px`;
  element.style.width = `${cut ? label.size[0] : width}px`;
  element.style.height = cut ? `${label.size[1]}px` : "";
  element.hidden = false;
}

function isOff({ label, left, top }: Seen, { width, height }: Camera): boolean {
  return left > width || top > height || left + label.size[0] < 0 || top + label.size[1] < 0;
}

function meet(one: Seen, other: Seen): boolean {
  return (
    one.left < other.left + other.label.size[0] && other.left < one.left + one.label.size[0] &&
    one.top < other.top + other.label.size[1] && other.top < one.top + one.label.size[1]
  );
}

function same(one: Whole, other: Whole): boolean {
  const edges = [...other.part, ...other.corner];
  return one.scale === other.scale && [...one.part, ...one.corner].every((edge, at) => edge === edges[at]);
}
