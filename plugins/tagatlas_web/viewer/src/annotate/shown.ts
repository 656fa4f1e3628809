/** The annotations of a map: on the map, in a list beside it, and as names of clusters. */

import { byId, element, foreign } from "../elements";
import type { Model } from "../model";
import type { Stage } from "../stage";
import { around, type Content, type Drawn } from "./content";
import { Drawings } from "./drawings";
import { entry } from "./editor";
import { Naming } from "./naming";

/** Where annotations are from. */
export interface Annotations {
  /** Those that there are, in the order of their numbers. */
  all(): [id: string, content: Content][];
  get(id: string): Content | null;
  /** Whether there is or was one of that id. */
  knows(id: string): boolean;
}

export interface ShownActions {
  /** Clusters have other names. */
  named(): void;
  /** One was chosen; to be written on, or only to be seen. */
  chosen(id: string, opened: boolean): void;
  /** One is another now, or gone; null where nothing may be changed. */
  changed: ((id: string, content: Drawn | null) => void) | null;
}

export class Shown {
  readonly root = element("section", { id: "annotations", "aria-labelledby": "annotations-title" });
  readonly drawings: Drawings;
  readonly naming: Naming;
  private readonly list = element("ol", { class: "annotations" });
  private readonly model: Model;

  constructor(
    private readonly stage: Stage,
    private readonly annotations: Annotations,
    private readonly actions: ShownActions,
  ) {
    this.model = stage.model;
    this.naming = new Naming(this.model.map, annotations, (row) => this.model.id(row));
    this.drawings = new Drawings(stage, {
      chosen: (id) => this.actions.chosen(id, false),
      opened: (id) => this.actions.chosen(id, true),
      changed: actions.changed,
    });
    this.root.append(element("h2", { id: "annotations-title" }, "Annotations"), this.list);
    byId("clusters").closest("section")!.before(this.root);
    this.refresh();
  }

  /** Put something between the title and the list. */
  add(...parts: HTMLElement[]): void {
    this.list.before(...parts);
  }

  /** Show the annotations as they are now. */
  refresh(): void {
    if (this.naming.apply()) {
      this.nameClusters();
      this.actions.named();
    }
    const drawn = this.numbered();
    this.drawings.set(drawn);
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
    this.drawings.choose(id);
    for (const line of this.list.children) {
      line.classList.toggle("chosen", (line as HTMLElement).dataset.id === id);
    }
  }

  /** Write the present names into the list of clusters. */
  private nameClusters(): void {
    const { clusters, subclusters } = this.model.map;
    for (const each of byId("clusters").querySelectorAll<HTMLElement>("[data-cluster]")) {
      each.replaceChildren(foreign(clusters[Number(each.dataset.cluster)]?.name ?? ""));
    }
    for (const each of byId("clusters").querySelectorAll<HTMLElement>("[data-subcluster]")) {
      each.replaceChildren(foreign(subclusters[Number(each.dataset.subcluster)]?.name ?? ""));
    }
  }

  /** What is drawn, and the numbers of notes. */
  private numbered(): [id: string, content: Drawn, number: number][] {
    let notes = 0;
    return this.annotations.all().flatMap(([id, content]) => {
      if (content.kind === "name") return [];
      if (content.kind === "note") notes += 1;
      return [[id, content, notes] as [string, Drawn, number]];
    });
  }

  private visit(id: string): void {
    const content = this.annotations.get(id);
    if (!content || content.kind === "name") return;
    this.stage.fly(this.placeFor(content));
    this.actions.chosen(id, true);
  }

  private placeFor(content: Drawn): { x: number; y: number; scale: number } {
    const { camera } = this.stage;
    if (content.kind === "text" || content.kind === "note") {
      return { x: content.place[0], y: content.place[1], scale: camera.scale };
    }
    const points = content.kind === "outline" ? content.points : [content.begin, content.end];
    const { x, y, scale } = camera.placeFor(around(points));
    return { x, y, scale: Math.min(scale / 1.5, camera.scale) };
  }
}
