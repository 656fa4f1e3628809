/** Annotations over the images: drawn, chosen, and moved with the pointer or with keys. */

import type { Bounds, Camera } from "../map/camera";
import { figure } from "../elements";
import type { Layer, Stage } from "../map/stage";
import { moved, same, scaled, type Arrow, type Drawn, type Outline, type Point } from "./content";
import { Handles } from "./handles";
import { roomOf } from "./room";
import { linesOf, magnify, Sketcher } from "./sketch";

const DRAG_FROM = 4;
const KEY_STEP = 10;
const KEY_SCALE = 1.1;

export interface DrawingActions {
  chosen(id: string): void;
  /** It is to be written on. */
  opened(id: string): void;
  /** It is another now, or gone; null where nothing may be changed. */
  changed: ((id: string, content: Drawn | null) => void) | null;
}

export class Drawings implements Layer {
  private readonly sketcher: Sketcher;
  private readonly root = figure("g", { class: "annotations" });
  /** Where handles are: not within what they bend, which is a button itself. */
  private readonly bending = figure("g");
  private readonly drawn = new Map<string, { content: Drawn; number: number; place: SVGGElement }>();
  private chosen: string | null = null;
  private scale = 1;
  /** Where names are not put. */
  private taken: readonly Bounds[] = [];
  private handles: Handles | null = null;
  /** The point of the chosen one that is worked with. */
  private point: number | null = null;

  /** @param bounds of the map. */
  constructor(
    private readonly stage: Stage,
    private readonly bounds: Bounds,
    private readonly actions: DrawingActions,
  ) {
    this.sketcher = new Sketcher(bounds);
    stage.drawing.append(this.root, this.bending);
    stage.layers.push(this);
  }

  /** Take all of it away. */
  remove(): void {
    this.root.remove();
    this.bending.remove();
    this.stage.keepFree([]);
    this.stage.layers.splice(this.stage.layers.indexOf(this), 1);
  }

  draw({ x, y, scale, width, height }: Camera): void {
    const [right, down] = [width / 2 - x * scale, height / 2 + y * scale];
    for (const each of [this.root, this.bending]) each.setAttribute("transform", `translate(${right} ${down}) scale(${scale})`);
    if (scale === this.scale) return;
    this.scale = scale;
    this.handles?.resize(scale);
    this.magnify(this.root);
  }

  private magnify(part: Element): void {
    part.querySelectorAll<SVGElement>(".words").forEach((each) => magnify(each, this.scale));
  }

  /** Show annotations, with the numbers of notes. What is as it was stays in the page as it is. */
  set(annotations: readonly (readonly [id: string, content: Drawn, number: number])[]): void {
    const { point } = this;
    const isFocused = () => this.root.contains(document.activeElement) || this.bending.contains(document.activeElement);
    const focused = isFocused();
    const before = new Map(this.drawn);
    this.drawn.clear();
    for (const [id, content, number] of annotations) {
      const old = before.get(id);
      if (old && old.number === number && same(old.content, content)) this.drawn.set(id, old);
      else this.drawn.set(id, { content, number, place: this.sketch(id, content, number) });
    }
    const places = [...this.drawn.values()].map(({ place }) => place);
    for (const each of [...this.root.children]) if (!places.includes(each as SVGGElement)) each.remove();
    places.forEach((place, at) => {
      const there = this.root.children[at] ?? null;
      if (there !== place) this.root.insertBefore(place, there);
    });
    if (this.handles && this.drawn.get(this.chosen ?? "")?.content !== this.handles.content) this.unbend();
    this.point = point; // which leaving the old handles forgot
    this.choose(this.chosen, focused && !isFocused());
    this.keepNamesOff();
    this.stage.redraw();
  }

  private keepNamesOff(): void {
    const [left, bottom, right, top] = this.bounds;
    const [extent, scale] = [Math.max(right - left, top - bottom), this.stage.camera.wholeMap.scale];
    const taken = [...this.drawn.values()].flatMap(({ content, place }) => roomOf(content, place, extent, scale));
    if (same(taken, this.taken)) return;
    this.taken = taken;
    this.stage.keepFree(taken);
  }

  /** Mark one as chosen, or none. */
  choose(id: string | null, focus = false): void {
    const point = id === this.chosen ? this.point : null;
    const bent = this.handles?.content;
    this.chosen = id;
    for (const [each, { place }] of this.drawn) place.classList.toggle("chosen", each === id);
    const found = id === null ? undefined : this.drawn.get(id);
    if (found && bent === found.content && !focus) return;
    this.unbend();
    this.point = point;
    if (!found) return;
    if (this.actions.changed && (found.content.kind === "arrow" || found.content.kind === "outline")) {
      this.handles = this.makeHandles(id!, found.content, point);
      this.bending.append(this.handles.root);
    }
    if (focus && point !== null && this.handles) this.handles.focus(point);
    else if (focus) found.place.focus({ preventScroll: true });
  }

  private unbend(): void {
    this.handles?.root.remove();
    this.handles = null;
  }

  private sketch(id: string, content: Drawn, number: number): SVGGElement {
    const place = figure("g", { class: `annotation ${content.kind}`, tabindex: 0, role: "button" });
    place.setAttribute("aria-label", described(content, number));
    place.append(...this.sketcher.sketch(content, number));
    this.magnify(place);
    for (const line of place.querySelectorAll("path[stroke]")) {
      const reach = line.cloneNode() as SVGPathElement;
      reach.setAttribute("class", "reach"); // a thin line is hard to hit
      place.prepend(reach);
    }
    if (content.kind === "note") {
      const title = figure("title");
      title.textContent = content.text;
      place.append(title);
    }
    place.addEventListener("pointerdown", (event) => this.press(id, event));
    place.addEventListener("dblclick", () => this.actions.opened(id));
    place.addEventListener("wheel", (event) => this.pass(event), { passive: false });
    place.addEventListener("keydown", (event) => this.key(id, event));
    place.addEventListener("focus", () => this.chosen !== id && this.actions.chosen(id));
    return place;
  }

  /** Choose it, and let it follow the pointer. */
  private press(id: string, event: PointerEvent): void {
    const found = this.drawn.get(id);
    if (this.stage.tool || !found || event.button > 0) {
      this.pass(event);
      return;
    }
    event.stopPropagation();
    this.actions.chosen(id);
    found.place.focus({ preventScroll: true });
    this.follow(event, (right, up, finished) => {
      if (!finished) found.place.setAttribute("transform", `translate(${right} ${-up})`);
      else this.actions.changed?.(id, moved(found.content, right, up));
    });
  }

  private makeHandles(id: string, content: Outline | Arrow, point: number | null): Handles {
    const { place } = this.drawn.get(id)!;
    const handles = new Handles(content, {
      follow: (down, told) => this.follow(down, told),
      preview: (bent) => {
        if (bent.kind !== "outline") return;
        const line = `M${bent.points.map(([x, y]) => `${x} ${-y}`).join("L")}Z`;
        place.querySelectorAll("path").forEach((each) => each.setAttribute("d", line));
      },
      changed: (bent, focus) => {
        this.point = focus;
        this.actions.changed?.(id, bent);
      },
    }, point);
    handles.resize(this.scale);
    handles.root.addEventListener("focusout", () => (this.point = null));
    return handles;
  }

  /** Follow the pointer until it is let go; told are map units right and up of where it was. */
  private follow(down: PointerEvent, told: (right: number, up: number, finished: boolean) => void): void {
    if (!this.actions.changed) return;
    const target = down.currentTarget as Element;
    let dragged = false;
    const { signal, abort } = ending();
    const move = (event: PointerEvent, finished: boolean) => {
      if (event.pointerId !== down.pointerId) return;
      const [right, below] = [event.clientX - down.clientX, event.clientY - down.clientY];
      dragged ||= Math.hypot(right, below) > DRAG_FROM;
      if (finished) abort();
      if (dragged) told(right / this.scale, -below / this.scale, finished);
    };
    target.setPointerCapture(down.pointerId);
    target.addEventListener("pointermove", (event) => move(event as PointerEvent, false), { signal });
    target.addEventListener("pointerup", (event) => move(event as PointerEvent, true), { signal });
    target.addEventListener("pointercancel", () => {
      abort();
      if (dragged) told(0, 0, false);
    }, { signal });
  }

  /** Let the map have what is not meant for an annotation. */
  private pass(event: PointerEvent | WheelEvent): void {
    event.preventDefault();
    const copy = event instanceof WheelEvent ? new WheelEvent(event.type, event) : new PointerEvent(event.type, event);
    this.stage.root.querySelector("canvas.map")?.dispatchEvent(copy);
  }

  private key(id: string, event: KeyboardEvent): void {
    const content = this.drawn.get(id)?.content;
    if (!content || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      this.actions.opened(id);
      event.preventDefault();
      return;
    }
    const { changed } = this.actions;
    if (!changed) return;
    const step = (event.shiftKey ? 5 * KEY_STEP : KEY_STEP) / this.scale;
    const steps: Record<string, Point> = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
    };
    const by = steps[event.key];
    if (by) changed(id, moved(content, ...by));
    else if (event.key === "+" || event.key === "=") changed(id, scaled(content, KEY_SCALE));
    else if (event.key === "-") changed(id, scaled(content, 1 / KEY_SCALE));
    else if (event.key === "Delete" || event.key === "Backspace") changed(id, null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** What an annotation is, for those who do not see it. */
export function described(content: Drawn, number: number): string {
  const what = content.kind === "note" ? `Note ${number}` : content.kind[0]!.toUpperCase() + content.kind.slice(1);
  const words = linesOf(content.text).join(" ");
  return words ? `${what}: ${words}` : what;
}

function ending(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
