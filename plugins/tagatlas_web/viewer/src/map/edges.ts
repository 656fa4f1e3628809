/** Marks at the edge of the map that point to images which are out of view. */

import type { Camera } from "./camera";
import type { Chart } from "../data/chart";
import { figure } from "../elements";

const INSET = 14;
const ARROW = "M10 0L-7 8L-3 0L-7 -8Z";

export class Edges {
  private readonly root = figure("g", { class: "edges" });
  private rows: readonly number[] = [];

  constructor(
    drawing: SVGSVGElement,
    private chart: Chart,
  ) {
    drawing.append(this.root);
  }

  /** @param rows images of the map. */
  set(chart: Chart, rows: readonly number[]): void {
    this.chart = chart;
    this.rows = rows;
    this.root.replaceChildren(...rows.map(() => figure("path", { d: ARROW, class: "away" })));
  }

  draw(camera: Camera): void {
    this.rows.forEach((row, at) => {
      const mark = this.root.children[at]!;
      const [x, y] = camera.toScreen(...this.chart.places.centre(row));
      const isIn = x > 0 && y > 0 && x < camera.width && y < camera.height;
      mark.toggleAttribute("hidden", isIn);
      const inside = (value: number, most: number) => Math.min(Math.max(value, INSET), most - INSET);
      const [left, top] = [inside(x, camera.width), inside(y, camera.height)];
      const turned = (Math.atan2(y - top, x - left) * 180) / Math.PI;
      mark.setAttribute("transform", `translate(${left} ${top}) rotate(${turned})`);
    });
  }
}
