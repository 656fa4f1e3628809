/** Annotations of the maps that are shown: to be changed where a server keeps them, else to be seen. */

import type { Chart } from "../data/chart";
import { isLive } from "../data/host";
import { byId } from "../elements";
import { isField } from "../keys/keys";
import type { Model } from "../data/model";
import type { Stage } from "../map/stage";
import type { Stages } from "../map/stages";
import type { Annotation, Content } from "./content";
import { Live } from "./live";
import type { Level } from "./naming";
import { Shown, type Annotations } from "./shown";

export interface AnnotatingActions {
  /** Clusters of a map have other names. */
  named(chart: Chart): void;
  /** Images of a map are in other clusters. */
  regrouped(chart: Chart): void;
  say(news: string): void;
}

type Panel = Live | Shown;

const DOUBLE_CLICK_MS = 300;

export class Annotating {
  private readonly panels = new Map<Chart, Promise<Panel>>();
  private readonly attached = new Map<Stage, Panel>();
  private active: Panel | null = null;
  private clicked = 0;

  constructor(
    private readonly stages: Stages,
    private readonly model: Model,
    private readonly actions: AnnotatingActions,
  ) {
    if (isLive()) this.listen();
  }

  /** Other maps are shown, or another stage is worked with. */
  async turned(): Promise<void> {
    const wanted = await Promise.all(
      this.stages.all.map(async (stage) => [stage, stage.chart, await this.panel(stage.chart)] as const),
    );
    if (wanted.some(([stage, chart]) => stage.chart !== chart)) return; // turned again meanwhile
    const there = new Map(wanted.map(([stage, , panel]) => [stage, panel]));
    for (const [stage, panel] of this.attached) {
      if (there.get(stage) === panel) continue;
      panel.detach(stage);
      this.attached.delete(stage);
    }
    for (const [stage, panel] of there) {
      if (this.attached.has(stage)) continue;
      this.attached.set(stage, panel);
      panel.attach(stage);
    }
    const panel = there.get(this.stages.active);
    if (panel) this.activate(panel);
  }

  /** Rename a cluster of the map that is worked with, in place of the element that names it. */
  rename(level: Level, number: number, named: HTMLElement): void {
    if (this.active instanceof Live) this.active.renameIn(named, level, number);
  }

  /** Move images of the map that is worked with to the cluster of a name; why not, or null. */
  move(rows: ArrayLike<number>, name: string): string | null {
    return this.active instanceof Live ? this.active.move(rows, name) : "nothing can be changed here";
  }

  /** Merge a cluster of the map that is worked with into another; why not, or null. */
  merge(number: number, into: number): string | null {
    return this.active instanceof Live ? this.active.merge(number, into) : "nothing can be changed here";
  }

  /** Do what a click on a name on the map means, unless a double click is to rename it. */
  unlessRenamed(work: () => void): void {
    window.clearTimeout(this.clicked);
    if (isLive()) this.clicked = window.setTimeout(work, DOUBLE_CLICK_MS);
    else work();
  }

  private activate(panel: Panel): void {
    if (this.active !== panel) {
      if (this.active instanceof Live) this.active.leave();
      this.active?.root.remove();
      byId("clusters").closest("section")!.before(panel.root);
      this.active = panel;
    }
    panel.activate(this.stages.active);
  }

  private panel(chart: Chart): Promise<Panel> {
    let panel = this.panels.get(chart);
    if (!panel) {
      panel = isLive() ? this.open(chart) : this.show(chart);
      this.panels.set(chart, panel);
    }
    return panel;
  }

  private open(chart: Chart): Promise<Live> {
    return Live.open(chart, this.model, {
      named: () => this.actions.named(chart),
      regrouped: () => this.actions.regrouped(chart),
      say: (news) => this.actions.say(news),
    });
  }

  private async show(chart: Chart): Promise<Shown> {
    const told = (await this.model.annotations())[chart.facts.name] ?? [];
    const shown: Shown = new Shown(new Fixed(told as Pick<Annotation, "id" | "content">[]), {
      chosen: (id) => shown.choose(id),
      changed: null,
    });
    shown.refresh();
    return shown;
  }

  private listen(): void {
    document.addEventListener(
      "keydown",
      (event) => {
        const { active } = this;
        if (!(active instanceof Live) || isField(event.target) || event.altKey) return;
        const key = event.key.toLowerCase();
        if (event.ctrlKey || event.metaKey) {
          // Where nothing is to be taken back here, the keys are for what was chosen.
          const again = key === "y" || (key === "z" && event.shiftKey);
          if (again && active.canDoAgain) active.doAgain();
          else if (!again && key === "z" && active.canTakeBack) active.takeBack();
          else return;
        } else if (this.stages.active.places.arranged) return; // what is drawn belongs to the map
        else if (!isMap(event.target) || !active.key(event)) return;
        event.preventDefault();
        event.stopPropagation();
      },
      { capture: true },
    );
    byId("stages").addEventListener("dblclick", (event) => {
      if (!(this.active instanceof Live) || !isMap(event.target)) return;
      if (this.active.renameAt(event.clientX, event.clientY)) window.clearTimeout(this.clicked);
    });
  }
}

/** Annotations that nobody changes here. */
class Fixed implements Annotations {
  constructor(private readonly annotations: readonly Pick<Annotation, "id" | "content">[]) {}

  all(): [string, Content][] {
    return this.annotations.flatMap(({ id, content }) =>
      content ? [[id, content] as [string, Content]] : [],
    );
  }

  get(id: string): Content | null {
    return this.annotations.find((each) => each.id === id)?.content ?? null;
  }
}

function isMap(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("canvas.map");
}
