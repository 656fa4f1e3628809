/** What the page shows, said as an address and shown again from one. */

import type { Model } from "../data/model";
import type { Conditions, Step } from "../find/conditions";
import type { Looks } from "../looks/looks";
import type { Stages } from "../map/stages";
import { ifThere } from "../trouble";
import { fitting, type Address, type Shown, type Spot, type Term } from "./address";
import { clusterNumber, clusterWords, type Level } from "./clusters";
import { shortId } from "./images";
import { canSay, conditionOf } from "./terms";

/** What the card shows. */
export type Opened =
  | { kind: "image"; row: number }
  | { kind: Level; map: number; number: number }
  | { kind: "tag"; label: string };

export interface PageActions {
  /** What stands in the place of the map. */
  panel(): Term | null;
  /** Have it stand there; whether that is possible. */
  showPanel(panel: Term | null): Promise<boolean>;
  /** What is open. */
  opened(): Opened | null;
  /** Open a card where the map stays as it is; null closes it. */
  open(opened: Opened | null): Promise<void>;
}

export class Page {
  constructor(
    private readonly model: Model,
    private readonly stages: Stages,
    private readonly conditions: Conditions,
    private readonly looks: Looks,
    private readonly actions: PageActions,
  ) {}

  now(): Address {
    const { stages } = this;
    const shown = stages.all.map(({ places, camera }): Shown => ({
      map: places.facts.name, spot: camera.spot, arranged: places.arranged?.term ?? null,
    }));
    return {
      shown,
      used: stages.all.indexOf(stages.active),
      colour: this.looks.colour,
      steps: this.said.map(({ mode, term }) => ({ mode, term })),
      panel: this.actions.panel(),
      open: this.openTerm(),
    };
  }

  /** The conditions, which an address does not hold all of. */
  get steps(): readonly Step[] {
    return this.conditions.all;
  }

  /** In words, the conditions that an address leaves out. */
  get unsaid(): string[] {
    return this.steps.filter((step) => !this.said.includes(step)).map(({ words }) => words);
  }

  private get said(): readonly Step[] {
    return fitting(this.steps.filter(({ term }) => canSay(term)));
  }

  /**
   * Show what an address says; what is not there is named.
   *
   * @param known the conditions that were there; null where they are made from the address.
   */
  async show(address: Address, known: readonly Step[] | null = null): Promise<string[]> {
    const lacking: string[] = [];
    const spots = await this.showMaps(address, lacking);
    if (!(await ifThere(this.looks.colourBy(address.colour)))) lacking.push(`the colour by ${quoted(address.colour!)}`);
    const made: Step[] = [];
    for (const { mode, term } of known ? [] : address.steps) {
      const condition = await ifThere(conditionOf(this.model, this.stages.active.chart, term, made.length));
      if (condition) made.push({ ...condition, mode });
      else lacking.push(`the condition ${quoted(term)}`);
    }
    this.conditions.replace(known ?? made);
    if (!(await ifThere(this.actions.showPanel(address.panel)))) lacking.push(`what is in the place of the map, ${quoted(address.panel!)}`);
    const opened = address.open && (await ifThere(this.openedFrom(address.open)));
    if (address.open && !opened) lacking.push(`what is open, ${quoted(address.open)}`);
    await ifThere(this.actions.open(opened));
    // Last, since a card beside or over the map leaves it less room.
    spots.forEach((spot, at) => this.stages.all[at]?.see(spot));
    return lacking;
  }

  /** Where each map is to be looked at. */
  private async showMaps({ shown, used }: Address, lacking: string[]): Promise<(Spot | null)[]> {
    const { maps } = this.model.atlas;
    const wanted = shown.length ? shown : [{ map: maps[0]!.name, spot: null, arranged: null }];
    const found: (Shown & { number: number })[] = [];
    for (const each of wanted) {
      const number = maps.findIndex(({ name }) => name === each.map);
      if (number >= 0 && (await ifThere(this.model.chart(number)))) found.push({ ...each, number });
      else lacking.push(`the map “${each.map.slice(0, 80)}”`);
    }
    await this.stages.set(found.length ? found.map(({ number }) => number) : [0], used);
    for (const [at, { arranged }] of found.entries()) {
      if (!(await ifThere(this.looks.arrange(this.stages.all[at]!, arranged)))) lacking.push(`the arrangement ${quoted(arranged!)}`);
    }
    return found.map(({ spot }) => spot);
  }

  private openTerm(): Term | null {
    const { model } = this;
    const opened = this.actions.opened();
    if (!opened) return null;
    if (opened.kind === "tag") return ["tag", opened.label];
    if (opened.kind === "image") return ["image", shortId(model, opened.row)];
    const chart = this.stages.charts.find(({ number }) => number === opened.map);
    if (!chart) return null;
    return [opened.kind, chart.facts.name, ...clusterWords(model, chart, opened.kind, opened.number)];
  }

  private async openedFrom([kind, first = "", ...words]: Term): Promise<Opened | null> {
    const { model } = this;
    if (kind === "tag") return first ? { kind, label: first } : null;
    if (kind === "image") {
      await model.seek([first]);
      const row = model.rowOf(first);
      return row < 0 ? null : { kind, row };
    }
    if (kind !== "cluster" && kind !== "subcluster") return null;
    const map = model.atlas.maps.findIndex(({ name }) => name === first);
    if (map < 0) return null;
    await model.seek(words.slice(1));
    const number = clusterNumber(model, await model.chart(map), kind, words);
    return number < 0 ? null : { kind, map, number };
  }
}

function quoted(term: Term): string {
  return `“${term.join(" ").slice(0, 80)}”`;
}
