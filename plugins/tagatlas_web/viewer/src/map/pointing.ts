/** What the pointer and the keys do on a map, besides moving it: hover, click, draw around images. */

import type { Chart } from "../data/chart";
import type { Model } from "../data/model";
import type { StageActions } from "./actions";
import type { Camera } from "./camera";
import { Lasso } from "./lasso";
import type { Names } from "./names";
import { nearestToMiddle, ringOf, ringOfView } from "./surrounding";
import { orSaid } from "../trouble";
import type { Tool } from "./tool";

/** What one points at. */
export interface Pointed {
  readonly canvas: HTMLCanvasElement;
  readonly camera: Camera;
  readonly names: Names;
  readonly model: Model;
  /** The map with its images where they are now. */
  places(): Chart;
}

export interface PointingActions extends Pick<StageActions, "hovered" | "picked" | "named" | "surrounded" | "key" | "say"> {
  /** Another tool is taken up. */
  turned(): void;
  /** Names of tags are to be shown, or no longer. */
  tags(): void;
}

export class Pointing {
  private readonly lasso: Lasso;
  private held: Tool | null = null;
  private hovered = -1;

  /** @param drawing where the lasso is drawn. */
  constructor(
    drawing: SVGSVGElement,
    private readonly pointed: Pointed,
    private readonly actions: PointingActions,
  ) {
    this.lasso = new Lasso(drawing, (line) => this.surround(line));
  }

  /** What dragging does: null moves the map. */
  get tool(): Tool | null {
    return this.held;
  }

  set tool(tool: Tool | null) {
    this.held?.left();
    this.held = tool;
    this.actions.turned();
    this.pointed.canvas.style.cursor = tool?.cursor ?? "";
  }

  get isLasso(): boolean {
    return this.held === this.lasso;
  }

  toggleLasso(): void {
    this.tool = this.isLasso ? null : this.lasso;
  }

  /** Images are at other places: none is under the pointer that was. */
  forget(): void {
    this.hovered = -1;
  }

  click(point: readonly [number, number]): void {
    const name = this.pointed.names.at(...point);
    const { tiles } = this.pointed.places();
    if (name) this.actions.named(name);
    else if (!tiles) this.actions.picked(this.rowAt(point), "pointer");
    else {
      // From afar the images that one sees are not read.
      const [x, y] = this.pointed.camera.toMap(...point);
      orSaid(tiles.reachPlace(x, y).then(() => this.actions.picked(tiles.at(x, y), "pointer")));
    }
  }

  key(event: KeyboardEvent): void {
    const { camera } = this.pointed;
    const key = event.key.toLowerCase();
    if (key === "l") this.toggleLasso();
    else if (key === "t") this.actions.tags();
    else if (key === "v") this.actions.surrounded(ringOfView(camera), "in view"); // the lasso without a pointer
    else if (key === "escape" && this.held) this.tool = null;
    else if (key === "enter") {
      const row = nearestToMiddle(this.pointed.places(), camera);
      if (row >= 0) this.actions.picked(row, "keys");
    } else {
      this.actions.key(event);
      return;
    }
    event.preventDefault();
  }

  /** The pointer is over a point of the screen, or has left. */
  point(point: readonly [number, number] | null): void {
    const { canvas, model, names } = this.pointed;
    const name = point && names.at(...point);
    const row = point && !name ? this.rowAt(point) : -1;
    canvas.style.cursor = this.held?.cursor ?? (name || row >= 0 ? "pointer" : "");
    this.hover(row, "pointer");
    canvas.title = row >= 0 ? model.label(row) : name && names.isCut(name) ? name.text : "";
    if (row < 0 || model.knows(row)) return;
    orSaid(model.readTextsOf([row]).then(() => {
      if (this.hovered === row) canvas.title = model.label(row);
    }));
  }

  /** The map was moved with keys: what is in its middle now is as under the pointer. */
  movedWithKeys(): void {
    this.hover(nearestToMiddle(this.pointed.places(), this.pointed.camera), "keys");
  }

  private hover(row: number, how: "pointer" | "keys"): void {
    if (row === this.hovered) return;
    this.hovered = row;
    if (how === "keys" && row >= 0) this.actions.say(this.pointed.model.label(row));
    this.actions.hovered(row);
  }

  private rowAt(point: readonly [number, number]): number {
    return this.pointed.places().places.at(...this.pointed.camera.toMap(...point));
  }

  private surround(line: readonly number[]): void {
    const ring = ringOf(line, this.pointed.camera);
    this.tool = null;
    if (ring.length >= 6) this.actions.surrounded(ring, "drawn around");
  }
}
