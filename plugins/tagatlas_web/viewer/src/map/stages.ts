/** The maps that are shown: one, or two side by side. */

import type { Chart } from "../data/chart";
import { button, choice, isolated } from "../elements";
import type { Model } from "../data/model";
import { Stage, type StageActions } from "./stage";

export interface StagesActions extends Omit<StageActions, "entered"> {
  /** Another map is shown, or another stage is worked with. */
  changed(): void;
  /** A stage was put there. */
  begun(stage: Stage): void;
  /** The image that is to stay in view where maps change; -1 for none. */
  kept(): number;
}

export class Stages {
  private readonly list: Stage[] = [];
  private readonly pickers = new Map<Stage, HTMLSelectElement>();
  private current: Stage;

  /** @param place where the stages are put. */
  constructor(
    private readonly place: HTMLElement,
    private readonly model: Model,
    first: Chart,
    private readonly actions: StagesActions,
  ) {
    this.current = this.put(first);
  }

  get all(): readonly Stage[] {
    return this.list;
  }

  /** The one that is worked with. */
  get active(): Stage {
    return this.current;
  }

  /** The maps that are shown, the one that is worked with at the front. */
  get charts(): Chart[] {
    const others = this.list.filter((stage) => stage !== this.current);
    return [...new Set([this.current, ...others].map(({ chart }) => chart))];
  }

  private put(chart: Chart): Stage {
    const stage = new Stage(this.place, this.model, chart, {
      ...this.actions,
      entered: () => this.enter(stage),
      key: (event) => this.key(stage, event),
    });
    this.list.push(stage);
    if (this.model.atlas.maps.length > 1) stage.tools.prepend(this.picker(stage), this.beside(stage));
    this.mark();
    return stage;
  }

  private picker(stage: Stage): HTMLElement {
    const picker = choice("Map", this.model.atlas.maps.map(({ name }) => name));
    picker.title = "The map that is shown (M for the next one)";
    picker.className = "picker";
    picker.selectedIndex = stage.chart.number;
    picker.addEventListener("change", () => void this.turn(stage, picker.selectedIndex));
    this.pickers.set(stage, picker);
    return picker;
  }

  private beside(stage: Stage): HTMLElement {
    const beside = button("Side by side", () => void this.toggle(stage));
    beside.title = "Show two maps beside each other (B)";
    beside.classList.add("beside");
    return beside;
  }

  private key(stage: Stage, event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    const { maps } = this.model.atlas;
    if (maps.length > 1 && key === "b") void this.toggle(stage);
    else if (maps.length > 1 && key === "m") void this.turn(stage, (stage.chart.number + 1) % maps.length);
    else this.actions.key(event);
  }

  /** Show another map in a stage. */
  private async turn(stage: Stage, number: number): Promise<void> {
    const chart = await this.model.chart(number);
    await stage.settled();
    if (chart === stage.chart) return;
    stage.show(chart, this.actions.kept());
    this.pickers.get(stage)!.selectedIndex = number;
    this.actions.say(`Map ${isolated(chart.facts.name)}`);
    this.actions.changed();
  }

  /** Put a second stage beside the first, or leave the one alone that was asked. */
  private async toggle(stage: Stage): Promise<void> {
    if (this.list.length > 1) {
      for (const other of this.list.splice(0)) {
        if (other === stage) this.list.push(other);
        else other.remove();
      }
      this.current = stage;
    } else {
      const next = (stage.chart.number + 1) % this.model.atlas.maps.length;
      const chart = await this.model.chart(next);
      await stage.settled();
      if (this.list.length > 1) return;
      const second = this.put(chart);
      this.actions.begun(second);
      void second.load();
    }
    this.mark();
    this.actions.changed();
  }

  private enter(stage: Stage): void {
    if (stage === this.current || !this.list.includes(stage)) return;
    this.current = stage;
    this.mark();
    this.actions.changed();
  }

  private mark(): void {
    const two = this.list.length > 1;
    this.place.classList.toggle("two", two);
    for (const stage of this.list) {
      stage.root.classList.toggle("active", two && stage === this.current);
      const beside = stage.tools.querySelector(".beside");
      beside?.setAttribute("aria-pressed", String(two));
    }
  }
}
