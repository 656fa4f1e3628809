/** The points of a chosen outline or arrow: moved, added and removed, with the pointer or with keys. */

import { figure } from "../elements";
import type { Arrow, Outline, Point } from "./content";

const RADIUS = 7;
const BETWEEN = 5;
/** Around a handle, for the pointer and for fingers. */
const REACH = window.matchMedia("(pointer: coarse)").matches ? 22 : 11;
const KEY_STEP = 4;
const LEAST = 3;
/** Of more points only some have handles. */
const MOST = 120;

type Bent = Outline | Arrow;

export interface HandleActions {
  /** Follow the pointer until it is let go; told are map units right and up of where it was. */
  follow(down: PointerEvent, told: (right: number, up: number, finished: boolean) => void): void;
  /** It would look like this. */
  preview(content: Bent): void;
  /** It is another now; the point at `focus` is worked with. */
  changed(content: Bent, focus: number): void;
}

export class Handles {
  readonly root = figure("g", { class: "handles" });
  private readonly points: readonly Point[];
  private readonly grips = new Map<number, SVGCircleElement>();
  private scale = 1;

  /** @param focus the point that is worked with. */
  constructor(
    readonly content: Bent,
    private readonly actions: HandleActions,
    focus: number | null,
  ) {
    this.points = content.kind === "outline" ? content.points : [content.begin, content.end];
    const step = Math.ceil(this.points.length / MOST);
    const numbers = this.points.map((_, at) => at).filter((at) => at % step === 0);
    if (content.kind === "outline" && step === 1) numbers.forEach((at) => this.addBetween(at));
    numbers.forEach((at) => this.addGrip(at));
    const first = focus !== null && this.grips.has(focus) ? focus : 0;
    this.grips.get(first)?.setAttribute("tabindex", "0");
  }

  /** A map unit takes so many pixels. */
  resize(scale: number): void {
    this.scale = scale;
    for (const each of this.root.querySelectorAll<SVGCircleElement>("circle")) {
      each.setAttribute("r", String(Number(each.dataset.pixels) / scale));
    }
  }

  focus(point: number): void {
    this.grips.get(Math.min(point, this.points.length - 1))?.focus({ preventScroll: true });
  }

  private circle(kind: string, pixels: number, [x, y]: Point): SVGCircleElement {
    const made = figure("circle", { class: kind, cx: x, cy: -y });
    made.dataset.pixels = String(pixels);
    return made;
  }

  private addGrip(at: number): void {
    const place = this.points[at]!;
    const reach = this.circle("handle-reach", REACH, place);
    const grip = this.circle("handle", RADIUS, place);
    grip.setAttribute("tabindex", "-1");
    grip.setAttribute("role", "button");
    grip.setAttribute("aria-label", this.called(at));
    for (const each of [reach, grip]) {
      each.addEventListener("pointerdown", (event) => this.drag(event, at, this.points, [reach, grip]));
      each.addEventListener("dblclick", (event) => {
        event.stopPropagation();
        this.remove(at);
      });
    }
    grip.addEventListener("keydown", (event) => this.key(event, at));
    this.grips.set(at, grip);
    this.root.append(reach, grip);
  }

  private called(at: number): string {
    if (this.content.kind === "outline") return `Point ${at + 1} of ${this.points.length}`;
    return at ? "The arrow's head" : "The arrow's tail";
  }

  /** What adds a point where it is dragged from. */
  private addBetween(at: number): void {
    const middle = this.between(at);
    const grip = this.circle("handle between", BETWEEN, middle);
    const points = [...this.points.slice(0, at + 1), middle, ...this.points.slice(at + 1)];
    grip.addEventListener("pointerdown", (event) => this.drag(event, at + 1, points, [grip]));
    this.root.append(grip);
  }

  private between(at: number): Point {
    const [[x1, y1], [x2, y2]] = [this.points[at]!, this.points[(at + 1) % this.points.length]!];
    return [(x1 + x2) / 2, (y1 + y2) / 2];
  }

  private drag(event: PointerEvent, at: number, points: readonly Point[], circles: readonly SVGCircleElement[]): void {
    event.stopPropagation();
    this.grips.get(at)?.focus({ preventScroll: true });
    const [x, y] = points[at]!;
    this.actions.follow(event, (right, up, finished) => {
      const content = this.with(points.map((point, each): Point => (each === at ? [x + right, y + up] : point)));
      for (const each of circles) {
        each.setAttribute("cx", String(x + right));
        each.setAttribute("cy", String(-y - up));
      }
      if (finished) this.actions.changed(content, at);
      else this.actions.preview(content);
    });
  }

  private with(points: readonly Point[]): Bent {
    const { content } = this;
    return content.kind === "outline" ? { ...content, points } : { ...content, begin: points[0]!, end: points[1]! };
  }

  private remove(at: number): void {
    if (this.content.kind !== "outline" || this.points.length <= LEAST) return;
    this.actions.changed(this.with(this.points.filter((_, each) => each !== at)), Math.max(at - 1, 0));
  }

  private key(event: KeyboardEvent, at: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ((event.shiftKey ? 10 : 1) * KEY_STEP) / this.scale;
    const steps: Record<string, Point> = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
    };
    const by = steps[event.key];
    const isOutline = this.content.kind === "outline";
    if (by) {
      const moved = this.points.map(([x, y], each): Point => (each === at ? [x + by[0], y + by[1]] : [x, y]));
      this.actions.changed(this.with(moved), at);
    } else if (event.key === "PageDown" || event.key === "PageUp") this.turn(at, event.key === "PageDown" ? 1 : -1);
    else if (isOutline && (event.key === "Insert" || event.key === "+")) {
      const points = [...this.points.slice(0, at + 1), this.between(at), ...this.points.slice(at + 1)];
      this.actions.changed(this.with(points), at + 1);
    } else if (isOutline && (event.key === "Delete" || event.key === "Backspace")) this.remove(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private turn(at: number, by: number): void {
    const numbers = [...this.grips.keys()];
    const next = numbers[(numbers.indexOf(at) + by + numbers.length) % numbers.length]!;
    this.grips.get(at)!.setAttribute("tabindex", "-1");
    this.grips.get(next)!.setAttribute("tabindex", "0");
    this.focus(next);
  }
}
