/** Annotations over the images: drawn, chosen, and moved with the pointer or with keys. */

import type { Chart } from "../data/chart";
import type { Bounds, Camera } from "../map/camera";
import { figure } from "../elements";
import type { Layer, Stage } from "../map/stage";
import { moved, same, scaled, type Arrow, type Drawn, type Outline, type Point } from "./content";
import { Handles } from "./handles";
import { roomOf } from "./room";
import { linesOf, Sketcher } from "./sketch";
import { fit, viewOf, wholeView, type View } from "./words";

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

/** An annotation with the number that it has as a note. */
export type Numbered = readonly [id: string, content: Drawn, number: number];

export class Drawings implements Layer {
  private sketcher: Sketcher;
  private readonly root = figure("g", { class: "annotations" });
  /** Where handles are: not within what they bend, which is a button itself. */
  private readonly bending = figure("g");
  private all: readonly Numbered[] = [];
  /** Where images were when these were drawn. */
  private places: Chart;
  private readonly drawn = new Map<string, { content: Drawn; number: number; place: SVGGElement }>();
  private chosen: string | null = null;
  private scale = 1;
  /** What was seen of the whole map when names were kept off. */
  private whole: View | null = null;
  /** Where names are not put. */
  private taken: readonly Bounds[] = [];
  private handles: Handles | null = null;
  /** The point of the chosen one that is worked with. */
  private point: number | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly actions: DrawingActions,
  ) {
    this.places = stage.places;
    this.sketcher = new Sketcher(this.places.file.bounds);
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

  draw(camera: Camera): void {
    const { places } = this.stage;
    if (places !== this.places && places.home === this.places.home) this.rearrange();
    const { x, y, scale, width, height } = camera;
    const [right, down] = [width / 2 - x * scale, height / 2 + y * scale];
    for (const each of [this.root, this.bending]) each.setAttribute("transform", `translate(${right} ${down}) scale(${scale})`);
    if (scale !== this.scale) this.handles?.resize(scale);
    this.scale = scale;
    this.root.querySelectorAll<SVGGraphicsElement>(".words").forEach((each) => fit(each, viewOf(camera)));
    if (!same(wholeView(camera), this.whole)) this.keepNamesOff();
  }

  /** Show annotations, with the numbers of notes. What is as it was stays in the page as it is. */
  set(annotations: readonly Numbered[]): void {
    this.all = annotations;
    const { point } = this;
    const isFocused = () => this.root.contains(document.activeElement) || this.bending.contains(document.activeElement);
    const focused = isFocused();
    const before = new Map(this.drawn);
    this.drawn.clear();
    for (const [id, home, number] of annotations) {
      const content = this.placed(home);
      if (!content) continue;
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

  /** Images are at other places: all is drawn again. */
  private rearrange(): void {
    this.places = this.stage.places;
    this.sketcher = new Sketcher(this.places.file.bounds);
    this.drawn.clear();
    this.set(this.all);
  }

  /** As it is where images are now: in another arrangement only notes of images, beside these. */
  private placed(content: Drawn): Drawn | null {
    if (!this.places.arranged) return content;
    const row = content.kind === "note" && content.image ? this.stage.model.rowOf(content.image) : -1;
    return content.kind === "note" && row >= 0 && this.places.has(row) ? { ...content, place: this.places.places.centre(row) } : null;
  }

  /** One as it is drawn; null where it is not. */
  get(id: string): Drawn | null {
    return this.drawn.get(id)?.content ?? null;
  }

  /** What is drawn belongs to the map, and is changed there. */
  private get changed(): DrawingActions["changed"] {
    return this.places.arranged ? null : this.actions.changed;
  }

  private keepNamesOff(): void {
    const [left, bottom, right, top] = this.places.file.bounds;
    const extent = Math.max(right - left, top - bottom);
    const whole = (this.whole = wholeView(this.stage.camera));
    const taken = [...this.drawn.values()].flatMap(({ content, place }) => roomOf(content, place, extent, whole));
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
    if (this.changed && (found.content.kind === "arrow" || found.content.kind === "outline")) {
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
      else this.changed?.(id, moved(found.content, right, up));
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
    if (!this.changed) return;
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
    const { changed } = this;
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
