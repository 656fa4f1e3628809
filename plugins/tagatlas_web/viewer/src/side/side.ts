/** The side of the page: search, filters, and the list of clusters of one map. */

import type { Chart } from "../data/chart";
import type { Conditions } from "../find/conditions";
import { button, byId, choice, count, element, foreign, isolated, percent, plain } from "../elements";
import { Filters } from "../find/filters";
import type { Model } from "../data/model";
import { merging, MoveForm, type RegroupActions } from "./regroup";

const SUGGESTIONS = 500;

export interface SideActions {
  /** Show a part of the map. */
  visit(rows: ArrayLike<number>): void;
  /** Choose a cluster, or a sub-cluster, of the listed map. */
  cluster(level: "cluster" | "subcluster", number: number): void;
  /** Rename one in place of the element that names it; null where nothing may be changed. */
  rename: ((level: "cluster" | "subcluster", number: number, named: HTMLElement) => void) | null;
  /** Move images, and merge clusters; null where nothing may be changed. */
  regroup: RegroupActions | null;
  save(): void;
  /** Say something that is not seen. */
  say(news: string): void;
}

export class Side {
  private readonly filters: Filters;
  private readonly backend: HTMLSelectElement;
  private readonly moving: MoveForm | null;
  private listed: Chart | null = null;

  constructor(
    private readonly model: Model,
    private readonly conditions: Conditions,
    private readonly actions: SideActions,
  ) {
    const { atlas } = model;
    document.title = `${atlas.title} · tagatlas`;
    byId("title").replaceChildren(foreign(atlas.title));
    this.filters = new Filters(byId<HTMLDetailsElement>("filters"), model, conditions);
    this.backend = choice("Tags of", ["all backends", ...atlas.backends]);
    this.backend.options[0]!.value = "";
    if (atlas.backends.length > 1) byId("search").append(this.backend);
    this.moving = actions.regroup && new MoveForm(actions.regroup);
    if (this.moving) {
      byId("save").before(this.moving.button, " ");
      byId("chosen").after(this.moving.root);
    }
    this.listenToSearch();
    byId("save").addEventListener("click", () => this.actions.save());
    byId("clear").addEventListener("click", () => this.conditions.clear());
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
  }

  /** Say what is chosen. */
  show(chosen: Uint32Array | null, chart: Chart): void {
    this.filters.show();
    const line = byId("chosen");
    line.hidden = chosen === null;
    this.moving?.show(chosen ?? [], chart);
    if (chosen === null) return;
    const words = this.conditions.all.map((condition) => {
      const drop = button(foreign(condition.words), () => this.conditions.remove(condition.key));
      drop.title = "Take this condition back";
      drop.className = "condition";
      return drop;
    });
    const here = chosen.reduce((sum, row) => sum + Number(chart.has(row)), 0);
    const elsewhere = chosen.length - here;
    const lacking = elsewhere ? ` and ${plain(elsewhere)} that this map lacks` : "";
    const said = ` ${count(here, "image")} (${percent(here / chart.facts.images)})${lacking}`;
    line.querySelector("span")!.replaceChildren(...words, said);
  }

  private entry(chart: Chart, number: number): HTMLElement {
    const facts = chart.clusters[number]!;
    const choose = button(foreign(facts.name), () => this.actions.cluster("cluster", number));
    choose.style.setProperty("--ink", facts.colour);
    choose.className = "cluster";
    choose.title = facts.tags.join(", ");
    const size = element("span", { class: "size" }, `${plain(facts.images)} · ${percent(facts.share)}`);
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
    const size = element("span", { class: "size" }, plain(facts.images));
    return element("li", {}, choose, this.renaming("subcluster", number, choose), size);
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

  private listenToSearch(): void {
    const query = byId<HTMLInputElement>("query");
    query.addEventListener("focus", () => void this.suggest(), { once: true });
    this.backend.addEventListener("change", () => void this.suggest());
    byId<HTMLFormElement>("search").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.find(query.value.trim(), this.backend.value);
    });
  }

  private async suggest(): Promise<void> {
    const labels = new Set<string>();
    const backends = this.model.backends(this.backend.value);
    for (const number of backends) {
      const tags = await this.model.allTags(number);
      for (const { label } of tags.slice(0, SUGGESTIONS / backends.length)) labels.add(label);
    }
    byId("suggestions").replaceChildren(...[...labels].map((label) => element("option", { value: label })));
  }

  private async find(text: string, backend: string): Promise<void> {
    if (!text) {
      this.conditions.clear();
      return;
    }
    const holds = await this.model.search(text, backend);
    const by = backend ? ` (${backend})` : "";
    this.conditions.only({ key: "search", words: `“${text}”${by}`, holds });
    const found = this.conditions.chosen() ?? [];
    this.actions.say(`${count(found.length, "image")} with “${isolated(text)}”`);
    if (found.length) this.actions.visit(found);
  }
}

function numberOf(entry: Element): number {
  return Number((entry as HTMLElement).dataset.number);
}

function isOpen(entry: Element): boolean {
  return entry.querySelector("details")?.open ?? false;
}
