/** The side of the page: search, filters, and the list of clusters of one map. */

import type { Chart } from "../data/chart";
import { Chips } from "../find/chips";
import type { Conditions } from "../find/conditions";
import { countIn, ofAll, type Counts } from "../find/counts";
import { button, byId, count, element, foreign, percent, plain } from "../elements";
import { Filters } from "../find/filters";
import { Finder } from "../find/finder";
import type { Ways } from "../find/ways";
import type { Model } from "../data/model";
import { merging, MoveForm, type RegroupActions } from "./regroup";

export interface SideActions {
  /** Show a part of the map. */
  visit(rows: ArrayLike<number>): void;
  open(row: number): void;
  /** Choose a cluster, or a sub-cluster, of the listed map. */
  cluster(level: "cluster" | "subcluster", number: number): void;
  /** Rename one in place of the element that names it; null where nothing may be changed. */
  rename: ((level: "cluster" | "subcluster", number: number, named: HTMLElement) => void) | null;
  /** Move images, and merge clusters; null where nothing may be changed. */
  regroup: RegroupActions | null;
  save(): void;
  saveRecords(): void;
}

export class Side {
  private readonly filters: Filters;
  private readonly finder: Finder;
  private readonly moving: MoveForm | null;
  private readonly chips: Chips;
  private chosen: Uint32Array | null = null;
  private listed: Chart | null = null;

  constructor(
    private readonly model: Model,
    private readonly conditions: Conditions,
    private readonly ways: Ways,
    private readonly actions: SideActions,
  ) {
    const { atlas } = model;
    document.title = `${atlas.title} · tagatlas`;
    byId("title").replaceChildren(foreign(atlas.title));
    this.filters = new Filters(byId<HTMLDetailsElement>("filters"), model, conditions, () => ways.mode);
    this.chips = new Chips(conditions, () => byId("query").focus());
    byId("chosen").prepend(this.chips.root);
    byId("search").after(ways.root);
    this.finder = new Finder(model, conditions, { ...actions, chart: () => this.listed!, mode: () => ways.mode });
    this.moving = actions.regroup && new MoveForm(actions.regroup);
    if (this.moving) {
      byId("save").before(this.moving.button, " ");
      byId("chosen").after(this.moving.root);
    }
    byId("save").addEventListener("click", () => this.actions.save());
    byId("save-records").addEventListener("click", () => this.actions.saveRecords());
    byId("clear").addEventListener("click", () => {
      this.finder.forget();
      this.conditions.clear();
    });
  }

  /** List the clusters of a map. */
  list(chart: Chart): void {
    const { facts } = chart;
    const named = this.model.atlas.maps.length > 1 ? ["Map ", foreign(facts.name), ": "] : [];
    if (facts.part) named.push("a part of the collection, ", foreign(facts.part), ". ");
    byId("about").replaceChildren(
      ...named,
      `${count(facts.images, "image")} in ${facts.clusters}, placed by ` +
        `${facts.placedBy}. Tags are those of `,
      foreign(facts.backend),
      ".",
    );
    const before = this.listed === chart ? [...byId("clusters").children] : [];
    const opened = new Set(before.filter(isOpen).map(numberOf));
    const entries = chart.clusters.flatMap(({ images }, number) => (images ? [this.entry(chart, number)] : []));
    entries.forEach((each) => each.querySelector("details")?.toggleAttribute("open", opened.has(numberOf(each))));
    byId("clusters").replaceChildren(...entries);
    this.listed = chart;
    this.filters.list(chart);
    this.showCounts();
  }

  /** Say what is chosen. */
  show(chosen: Uint32Array | null, chart: Chart): void {
    this.chosen = chosen;
    this.filters.show();
    this.finder.show();
    this.ways.show();
    this.chips.show();
    const counts = this.showCounts();
    const line = byId("chosen");
    line.hidden = chosen === null;
    this.moving?.show(chosen ?? [], chart);
    if (chosen === null || !counts) return;
    const elsewhere = chosen.length - counts.images;
    const lacking = elsewhere ? ` and ${plain(elsewhere)} that this map lacks` : "";
    const share = percent(counts.images / Math.max(chart.facts.images, 1));
    line.querySelector("span.said")!.replaceChildren(`${count(counts.images, "image")} (${share})${lacking}`);
  }

  /** Say in the list how many images of each cluster are chosen; null where all are. */
  private showCounts(): Counts | null {
    const { listed, chosen } = this;
    if (!listed) return null;
    const counts = chosen && countIn(listed, chosen);
    for (const entry of byId("clusters").children) {
      const facts = listed.clusters[numberOf(entry)];
      const here = counts?.clusters[numberOf(entry)];
      const share = counts ? "" : ` · ${percent(facts?.share ?? 0)}`;
      entry.querySelector(":scope > .size")!.textContent = ofAll(here, facts?.images ?? 0, plain) + share;
      for (const part of entry.querySelectorAll<HTMLElement>("details li")) {
        const number = Number(part.dataset.part);
        const size = ofAll(counts?.subclusters[number], listed.subclusters[number]?.images ?? 0, plain);
        part.querySelector(".size")!.textContent = size;
      }
    }
    return counts;
  }

  private entry(chart: Chart, number: number): HTMLElement {
    const facts = chart.clusters[number]!;
    const choose = button(foreign(facts.name), () => this.actions.cluster("cluster", number));
    choose.style.setProperty("--ink", facts.colour);
    choose.className = "cluster";
    choose.title = facts.tags.join(", ");
    const size = element("span", { class: "size" });
    const parts = chart.subclusters.flatMap((sub, at) =>
      sub.cluster === number && sub.images ? [this.part(chart, at)] : [],
    );
    // A cluster that was made here has its name; it can have another one when the map is made again.
    const rename = number < chart.file.clusters.length ? this.renaming("cluster", number, choose) : null;
    const merge = this.actions.regroup && merging(chart, number, this.actions.regroup);
    const line = element("li", { "data-number": String(number) }, choose, rename, merge, size);
    if (!parts.length) return line;
    const summary = element("summary", {}, count(parts.length, "sub-cluster"));
    line.append(element("details", {}, summary, element("ul", {}, ...parts)));
    return line;
  }

  private part(chart: Chart, number: number): HTMLElement {
    const facts = chart.subclusters[number]!;
    const choose = button(foreign(facts.name), () => this.actions.cluster("subcluster", number));
    const size = element("span", { class: "size" });
    return element("li", { "data-part": String(number) }, choose, this.renaming("subcluster", number, choose), size);
  }

  private renaming(level: "cluster" | "subcluster", number: number, named: HTMLElement): HTMLElement | null {
    const { rename } = this.actions;
    if (!rename) return null;
    named.dataset[level] = String(number);
    const pen = button("✎", () => rename(level, number, named));
    pen.className = "rename";
    pen.title = "Rename";
    pen.setAttribute("aria-label", `Rename ${named.textContent}`);
    return pen;
  }
}

function numberOf(entry: Element): number {
  return Number((entry as HTMLElement).dataset.number);
}

function isOpen(entry: Element): boolean {
  return entry.querySelector("details")?.open ?? false;
}
