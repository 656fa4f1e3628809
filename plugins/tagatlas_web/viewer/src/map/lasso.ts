/** Draws a line around images. */

import { figure } from "../elements";
import type { Tool } from "./tool";

export class Lasso implements Tool {
  readonly cursor = "crosshair";
  private readonly path = figure("path", { class: "lasso" });

  /** @param closed is given the line's points: x and y in pixels of the stage, in turn. */
  constructor(
    drawing: SVGSVGElement,
    private readonly closed: (line: readonly number[]) => void,
  ) {
    drawing.append(this.path);
  }

  drawn(line: readonly number[], finished: boolean): void {
    this.path.setAttribute("d", finished ? "" : `M${line.join(" ")}Z`);
    if (finished) this.closed(line);
  }

  left(): void {
    this.path.setAttribute("d", "");
  }
}
