/** How many images have values in each bin, as bars among which a range can be chosen by dragging. */

import { element, figure } from "../elements";
import type { Scale } from "./scales";

const WIDE = 240;
const HIGH = 44;

export interface Range {
  /** As written; empty for an open end. */
  low: string;
  high: string;
}

export class Histogram {
  readonly root: HTMLElement;
  private readonly shade = figure("rect", { class: "chosen", y: 0, height: HIGH, width: 0 });
  private readonly svg: SVGSVGElement;
  private readonly parts: SVGRectElement[] = [];
  private readonly most: number;

  /**
   * @param title what the values are.
   * @param counts how many images there are in each bin of `scale`.
   * @param changed is given the range that is chosen, again and again with the same `gesture` while
   *   it is dragged.
   */
  constructor(
    title: string,
    private readonly scale: Scale,
    private readonly counts: Uint32Array,
    private readonly changed: (range: Range, gesture: object) => void,
  ) {
    this.svg = figure("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", class: "bars", "aria-hidden": "true" });
    this.most = counts.reduce((most, images) => Math.max(most, images), 1);
    const step = WIDE / counts.length;
    counts.forEach((count, bin) => {
      const wide = Math.max(step - 1, step / 2);
      const height = this.height(count);
      const place = { x: bin * step, width: wide };
      this.parts.push(figure("rect", { class: "part", ...place, y: HIGH - height, height }));
      this.svg.append(figure("rect", { class: "whole", ...place, y: HIGH - height, height }));
    });
    this.svg.append(...this.parts, this.shade);
    const ends = [scale.low(0), scale.high(counts.length - 1)];
    const label = `Images by ${title}, from ${ends[0]} to ${ends[1]}`;
    this.root = element("div", { class: "histogram", role: "img", "aria-label": label });
    const axis = scale.each ? `images per ${scale.each}` : "images";
    const words = [ends[0]!, axis, ends[1]!].map((text) => element("span", {}, text));
    this.root.append(this.svg, element("p", {}, ...words));
    this.listen(counts.length);
  }

  get bins(): number {
    return this.scale.bins;
  }

  /** Show how many of the images of each bin are chosen; null for all. */
  fill(chosen: Uint32Array | null): void {
    this.parts.forEach((part, bin) => {
      const height = this.height((chosen ?? this.counts)[bin]!);
      part.setAttribute("y", String(HIGH - height));
      part.setAttribute("height", String(height));
    });
  }

  /** Show a range that was chosen elsewhere; null leaves an end open. */
  show(low: number | null, high: number | null): void {
    const first = low === null ? 0 : this.scale.bin(low);
    const last = high === null ? this.scale.bins - 1 : this.scale.bin(high);
    const open = low === null && high === null;
    const step = WIDE / this.scale.bins;
    this.shade.setAttribute("x", String(first * step));
    this.shade.setAttribute("width", String(open ? 0 : Math.max(last - first + 1, 0) * step));
  }

  /** Few are still seen beside many. */
  private height(images: number): number {
    return images ? Math.max(2, HIGH * Math.sqrt(images / this.most)) : 0;
  }

  private listen(bins: number): void {
    let start = -1;
    let sent = "";
    let gesture = {};
    const binAt = (event: PointerEvent) => {
      const { left, width } = this.svg.getBoundingClientRect();
      return Math.min(Math.max(Math.floor(((event.clientX - left) / Math.max(width, 1)) * bins), 0), bins - 1);
    };
    const send = (range: Range) => {
      const key = `${range.low} ${range.high}`;
      if (key === sent) return;
      sent = key;
      this.changed(range, gesture);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      start = binAt(event);
      sent = "";
      gesture = {};
      send({ low: this.scale.low(start), high: this.scale.high(start) });
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (start < 0) return;
      const [first, last] = [start, binAt(event)].sort((one, other) => one - other) as [number, number];
      send({ low: this.scale.low(first), high: this.scale.high(last) });
    });
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.svg.addEventListener(end, () => (start = -1));
    }
    this.svg.addEventListener("dblclick", () => send({ low: "", high: "" }));
  }
}
