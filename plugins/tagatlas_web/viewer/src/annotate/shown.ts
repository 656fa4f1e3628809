/** The annotations of a map: over the images of every stage that shows it, and in a list. */

import { element } from "../elements";
import type { Stage } from "../map/stage";
import { around, isDrawn, type Content, type Drawn } from "./content";
import { Drawings, type Numbered } from "./drawings";
import { entry } from "./editor";

/** Where annotations are from. */
export interface Annotations {
  /** Those that there are, in the order of their numbers. */
  all(): [id: string, content: Content][];
  get(id: string): Content | null;
}

export interface ShownActions {
  /** One was chosen; to be written on, or only to be seen. */
  chosen(id: string, opened: boolean): void;
  /** One is another now, or gone; null where nothing may be changed. */
  changed: ((id: string, content: Drawn | null) => void) | null;
}

export class Shown {
  readonly root = element("section", { id: "annotations", "aria-labelledby": "annotations-title" });
  private readonly list = element("ol", { class: "annotations" });
  private readonly drawings = new Map<Stage, Drawings>();
  private readonly fading = element("input", { type: "checkbox" });
  private active: Stage | null = null;

  constructor(
    private readonly annotations: Annotations,
    private readonly actions: ShownActions,
  ) {
    const fade = element("label", { class: "fading" }, this.fading, "Fade outlines of clusters");
    this.fading.addEventListener("change", () => this.drawings.forEach((_, stage) => stage.fade(this.fading.checked)));
    this.root.append(element("h2", { id: "annotations-title" }, "Annotations"), this.list, fade);
  }

  /** Put something between the title and the list. */
  add(...parts: HTMLElement[]): void {
    this.list.before(...parts);
  }

  /** Draw on a stage that shows the map. */
  attach(stage: Stage): void {
    const drawings = new Drawings(stage, {
      chosen: (id) => this.actions.chosen(id, false),
      opened: (id) => this.actions.chosen(id, true),
      changed: this.actions.changed,
    });
    this.drawings.set(stage, drawings);
    stage.fade(this.fading.checked);
    drawings.set(this.numbered());
  }

  /** Draw no longer on a stage. */
  detach(stage: Stage): void {
    this.drawings.get(stage)?.remove();
    this.drawings.delete(stage);
  }

  /** The stage that is worked with is this one. */
  activate(stage: Stage): void {
    this.active = stage;
  }

  /** Show the annotations as they are now. */
  refresh(): void {
    const drawn = this.numbered();
    for (const each of this.drawings.values()) each.set(drawn);
    const focused = this.list.contains(document.activeElement)
      ? document.activeElement!.closest("li")?.dataset.id
      : undefined;
    this.list.replaceChildren(
      ...drawn.map(([id, content, number]) => {
        const line = entry(content, number, () => this.visit(id));
        line.dataset.id = id;
        return line;
      }),
    );
    this.list.hidden = drawn.length === 0;
    this.root.hidden = drawn.length === 0 && !this.actions.changed;
    if (focused) this.list.querySelector<HTMLElement>(`li[data-id="${focused}"] button`)?.focus();
  }

  /** Mark one as chosen, or none. */
  choose(id: string | null): void {
    for (const each of this.drawings.values()) each.choose(id);
    for (const line of this.list.children) {
      line.classList.toggle("chosen", (line as HTMLElement).dataset.id === id);
    }
  }

  /** What is drawn, and the numbers of notes. */
  private numbered(): Numbered[] {
    let notes = 0;
    return this.annotations.all().flatMap(([id, content]) => {
      if (!isDrawn(content)) return [];
      if (content.kind === "note") notes += 1;
      return [[id, content, notes] as const];
    });
  }

  private visit(id: string): void {
    const content = this.active && this.drawings.get(this.active)?.get(id);
    if (content) this.active!.fly(placeFor(content, this.active!));
    this.actions.chosen(id, true);
  }
}

/** From where an annotation is seen: not closer than now. */
function placeFor(content: Drawn, { camera }: Stage): { x: number; y: number; scale: number } {
  if (content.kind === "text" || content.kind === "note") {
    return { x: content.place[0], y: content.place[1], scale: camera.scale };
  }
  const points = content.kind === "outline" ? content.points : [content.begin, content.end];
  const { x, y, scale } = camera.placeFor(around(points));
  return { x, y, scale: Math.min(scale / 1.5, camera.scale) };
}
