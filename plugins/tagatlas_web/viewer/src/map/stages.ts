/** The maps that are shown: one, or two side by side. */

import type { Chart } from "../data/chart";
import { button, choice, isolated } from "../elements";
import type { Model } from "../data/model";
import type { Place } from "./flight";
import { pairedColours } from "./pairing";
import { orSaid } from "../trouble";
import { Stage, type StageActions } from "./stage";
import { align, follow } from "./together";

export interface StagesActions extends Omit<StageActions, "entered" | "moved"> {
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
  private areTogether = false;
  /** The map whose clusters have colours of another. */
  private painted: Chart | null = null;

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
      moved: (before) => this.follow(stage, before),
      key: (event) => this.key(stage, event),
    });
    this.list.push(stage);
    if (this.model.atlas.maps.length > 1) stage.tools.prepend(this.picker(stage), this.beside(stage), this.together(stage));
    this.arranged();
    return stage;
  }

  private picker(stage: Stage): HTMLElement {
    const picker = choice("Map", this.model.atlas.maps.map(({ name }) => name));
    picker.title = "The map that is shown (M for the next one)";
    picker.className = "picker";
    picker.selectedIndex = stage.chart.number;
    picker.addEventListener("change", () => orSaid(this.turn(stage, picker.selectedIndex)));
    this.pickers.set(stage, picker);
    return picker;
  }

  private beside(stage: Stage): HTMLElement {
    const beside = button("Side by side", () => orSaid(this.toggle(stage)));
    beside.title = "Show two maps beside each other (B)";
    beside.classList.add("beside");
    return beside;
  }

  private together(stage: Stage): HTMLElement {
    const together = button("Move together", () => this.couple(stage));
    together.title = "Move and zoom both maps together, at the same image (G)";
    together.classList.add("together");
    return together;
  }

  /** Have both maps move together, or each by itself. */
  private couple(stage: Stage): void {
    this.areTogether = !this.areTogether;
    const other = this.list.find((each) => each !== stage);
    if (this.areTogether && other) {
      align(stage, other);
      other.redraw();
    }
    this.mark();
    this.actions.say(this.areTogether ? "The maps move together" : "Each map moves by itself");
  }

  private follow(lead: Stage, before: Place): void {
    const other = this.list.find((each) => each !== lead);
    if (!this.areTogether || !other) return;
    follow(lead, before, other);
    other.redraw();
  }

  /** Images of a map are in other clusters. */
  regrouped(chart: Chart): void {
    this.list.filter((stage) => stage.chart === chart).forEach((stage) => stage.regrouped());
    this.pair();
  }

  /** Two maps side by side have the colours of the first, where their clusters have images in common. */
  private pair(): void {
    const [first, second] = this.list;
    const chart = second && second.chart !== first!.chart ? second.chart : null;
    const before = this.painted;
    if (!chart && !before) return;
    before?.paint(null);
    if (chart) chart.paint(pairedColours(first!.chart, chart));
    this.painted = chart;
    for (const stage of this.list) if (stage.chart === chart || stage.chart === before) stage.regrouped();
  }

  private key(stage: Stage, event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    const { maps } = this.model.atlas;
    if (maps.length > 1 && key === "b") orSaid(this.toggle(stage));
    else if (this.list.length > 1 && key === "g") this.couple(stage);
    else if (maps.length > 1 && key === "m") orSaid(this.turn(stage, (stage.chart.number + 1) % maps.length));
    else this.actions.key(event);
  }

  /** Show another map in a stage. */
  private async turn(stage: Stage, number: number): Promise<void> {
    const chart = await this.model.chart(number);
    await stage.settled();
    if (chart === stage.chart) return;
    stage.show(chart, this.actions.kept());
    this.pick(stage);
    this.pair();
    this.actions.say(`Map ${isolated(chart.facts.name)}`);
    this.actions.changed();
  }

  /** Show these maps, side by side, and work with one of them. */
  async set(numbers: readonly number[], used: number): Promise<void> {
    const charts = await Promise.all(numbers.map((number) => this.model.chart(number)));
    for (const stage of this.list.splice(charts.length)) stage.remove();
    for (const [at, chart] of charts.entries()) {
      const stage = this.list[at];
      if (!stage) this.begin(chart);
      else if (stage.chart !== chart) {
        await stage.settled();
        stage.show(chart, -1);
        this.pick(stage);
      }
    }
    this.current = this.list[used] ?? this.list[0]!;
    if (charts.length < 2) this.areTogether = false;
    this.arranged();
    this.actions.changed();
  }

  private begin(chart: Chart): void {
    const stage = this.put(chart);
    this.actions.begun(stage);
    orSaid(stage.load());
  }

  private pick(stage: Stage): void {
    const picker = this.pickers.get(stage);
    if (picker) picker.selectedIndex = stage.chart.number;
  }

  /** Put a second stage beside the first, or leave the one alone that was asked. */
  private async toggle(stage: Stage): Promise<void> {
    if (this.list.length > 1) {
      for (const other of this.list.splice(0)) {
        if (other === stage) this.list.push(other);
        else other.remove();
      }
      this.current = stage;
      this.areTogether = false;
    } else {
      const next = (stage.chart.number + 1) % this.model.atlas.maps.length;
      const chart = await this.model.chart(next);
      await stage.settled();
      if (this.list.length > 1) return;
      this.begin(chart);
    }
    this.arranged();
    this.actions.changed();
  }

  /** There is another number of stages. */
  private arranged(): void {
    this.mark();
    this.pair();
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
      const together = stage.tools.querySelector<HTMLElement>(".together");
      together?.toggleAttribute("hidden", !two);
      together?.setAttribute("aria-pressed", String(this.areTogether));
    }
  }
}
