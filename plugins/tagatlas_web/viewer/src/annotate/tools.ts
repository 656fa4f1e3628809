/** What dragging on the map draws. */

import { figure } from "../elements";
import type { Stage } from "../map/stage";
import type { Tool } from "../map/tool";
import { MOST_POINTS, type Point } from "./content";
import { simplified } from "./simplify";

const LEAST_PIXELS = 8;
const TOLERANCE_PIXELS = 1.5;
const CORNERS = 32;

export type ToolName = "outline" | "arrow" | "text" | "note";

/** Draws a line, and hands its points in map units on. */
export class Pencil implements Tool {
  readonly cursor = "crosshair";
  private readonly path: SVGPathElement;

  constructor(
    readonly name: ToolName,
    private readonly stage: Stage,
    private readonly finished: (points: Point[]) => void,
    private readonly gone: () => void,
  ) {
    this.path = figure("path", { class: "sketching" });
    stage.drawing.append(this.path);
  }

  drawn(line: readonly number[], finished: boolean): void {
    const points = pairs(line);
    if (finished) this.finish(points);
    else if (this.name === "outline") this.path.setAttribute("d", `M${line.join(" ")}Z`);
    else if (this.name === "arrow") this.path.setAttribute("d", `M${points[0]!.join(" ")}L${points.at(-1)!.join(" ")}`);
  }

  left(): void {
    this.path.setAttribute("d", "");
    queueMicrotask(() => {
      if (this.stage.tool === this) return; // a line was given up, not the tool
      this.path.remove();
      this.gone();
    });
  }

  /** Draw in the middle of the view: for those who use no pointer. */
  place(): void {
    const { width, height } = this.stage.camera;
    const [x, y, reach] = [width / 2, height / 2, Math.min(width, height) / 4];
    const line: Record<ToolName, Point[]> = {
      outline: Array.from({ length: CORNERS }, (_, corner): Point => {
        const angle = (2 * Math.PI * corner) / CORNERS;
        return [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
      }),
      arrow: [[x - reach, y], [x, y]],
      text: [[x, y]],
      note: [[x, y]],
    };
    this.finish(line[this.name]);
  }

  private finish(points: Point[]): void {
    this.path.setAttribute("d", "");
    const places = this.fitting(points);
    if (places) this.finished(places.map(([x, y]): Point => this.stage.camera.toMap(x, y)));
  }

  /** The points that are needed; null where it is too small to be meant. */
  private fitting(points: Point[]): Point[] | null {
    const [first, last] = [points[0]!, points.at(-1)!];
    if (this.name === "text" || this.name === "note") return [last];
    const farthest = Math.max(...points.map(([x, y]) => Math.hypot(x - first[0], y - first[1])));
    if (farthest < LEAST_PIXELS) return null;
    if (this.name === "arrow") return [first, last];
    let line = points;
    for (let tolerance = TOLERANCE_PIXELS; tolerance === TOLERANCE_PIXELS || line.length > MOST_POINTS; tolerance *= 2) {
      line = simplified(points, tolerance);
    }
    return line.length < 3 ? null : line;
  }
}

function pairs(line: readonly number[]): Point[] {
  const points: Point[] = [];
  for (let at = 0; at < line.length; at += 2) points.push([line[at]!, line[at + 1]!]);
  return points;
}
