/** How often values occur, as bars among which a range can be chosen by dragging. */

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

  /**
   * @param title what the values are.
   * @param counts how many there are in each bin of `scale`.
   * @param changed is given the range that is chosen, again and again while it is dragged.
   */
  constructor(
    title: string,
    private readonly scale: Scale,
    counts: readonly number[],
    private readonly changed: (range: Range) => void,
  ) {
    this.svg = figure("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", class: "bars", "aria-hidden": "true" });
    const most = Math.max(...counts, 1);
    const step = WIDE / counts.length;
    counts.forEach((count, bin) => {
      // Few are still seen beside many.
      const height = count ? Math.max(2, HIGH * Math.sqrt(count / most)) : 0;
      const wide = Math.max(step - 1, step / 2);
      this.svg.append(figure("rect", { x: bin * step, y: HIGH - height, width: wide, height }));
    });
    this.svg.append(this.shade);
    const ends = [scale.low(0), scale.high(counts.length - 1)];
    this.root = element(
      "div",
      { class: "histogram", role: "img", "aria-label": `${title}: from ${ends[0]} to ${ends[1]}` },
    );
    this.root.append(this.svg, element("p", {}, element("span", {}, ends[0]!), element("span", {}, ends[1]!)));
    this.listen(counts.length);
  }

  /** Show a range that was chosen elsewhere. */
  show({ low, high }: Range): void {
    const first = low === "" ? 0 : this.scale.bin(low);
    const last = high === "" ? this.scale.bins - 1 : this.scale.bin(high);
    const open = low === "" && high === "";
    const step = WIDE / this.scale.bins;
    this.shade.setAttribute("x", String(first * step));
    this.shade.setAttribute("width", String(open ? 0 : Math.max(last - first + 1, 0) * step));
  }

  private listen(bins: number): void {
    let start = -1;
    let sent = "";
    const binAt = (event: PointerEvent) => {
      const { left, width } = this.svg.getBoundingClientRect();
      return Math.min(Math.max(Math.floor(((event.clientX - left) / Math.max(width, 1)) * bins), 0), bins - 1);
    };
    const send = (range: Range) => {
      const key = `${range.low} ${range.high}`;
      if (key === sent) return;
      sent = key;
      this.show(range);
      this.changed(range);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      start = binAt(event);
      sent = "";
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
