/** The side of the page: search, filters, and the list of clusters. */

import {
  between,
  equal,
  inCluster,
  inSubcluster,
  ofRows,
  seenAtLeast,
  tagged,
  type Conditions,
} from "./conditions";
import type { ColumnFacts } from "./data";
import { button, byId, count, element, foreign, percent } from "./elements";
import type { Model } from "./model";

const SUGGESTIONS = 500;

export interface SideActions {
  /** Show a part of the map. */
  visit(rows: Iterable<number>): void;
  save(): void;
  /** Say something that is not seen. */
  say(news: string): void;
}

export class Side {
  constructor(
    private readonly model: Model,
    private readonly conditions: Conditions,
    private readonly actions: SideActions,
  ) {
    const { map } = model;
    document.title = `${map.title} · tagatlas`;
    byId("title").replaceChildren(foreign(map.title));
    byId("about").replaceChildren(
      `${count(map.images, "image")} in ${count(map.clusters.length, "cluster")}, placed by ` +
        `${map.placedBy}. Tags are those of `,
      foreign(map.tagger),
      ".",
    );
    byId("clusters").replaceChildren(...map.clusters.map((_, number) => this.entry(number)));
    this.listenToSearch();
    byId("filters").querySelector("div")!.replaceChildren(...this.filters());
    byId("save").addEventListener("click", () => this.actions.save());
    byId("clear").addEventListener("click", () => this.conditions.clear());
  }

  /** Say what is chosen. */
  show(chosen: Uint32Array | null): void {
    const line = byId("chosen");
    line.hidden = chosen === null;
    if (chosen === null) return;
    const words = this.conditions.all.map((condition) => {
      const drop = button(foreign(condition.words), () => this.conditions.remove(condition.words));
      drop.title = "Take this condition back";
      drop.className = "condition";
      return drop;
    });
    const share = percent(chosen.length / this.model.count);
    line.querySelector("span")!.replaceChildren(...words, ` ${count(chosen.length, "image")} (${share})`);
  }

  private entry(number: number): HTMLElement {
    const { map, cluster } = this.model;
    const facts = map.clusters[number]!;
    const choose = button(foreign(facts.name), () => {
      this.conditions.clear();
      this.conditions.add(inCluster(this.model, number));
      this.actions.visit(rowsOf(cluster, number));
    });
    choose.style.setProperty("--ink", facts.colour);
    choose.className = "cluster";
    choose.dataset.cluster = String(number);
    choose.title = facts.tags.join(", ");
    const size = element("span", { class: "size" }, `${facts.images.toLocaleString("en")} · ${percent(facts.share)}`);
    const parts = map.subclusters.flatMap((sub, at) => (sub.cluster === number ? [this.part(at)] : []));
    if (!parts.length) return element("li", {}, choose, size);
    const summary = element("summary", {}, count(parts.length, "sub-cluster"));
    return element("li", {}, choose, size, element("details", {}, summary, element("ul", {}, ...parts)));
  }

  private part(number: number): HTMLElement {
    const facts = this.model.map.subclusters[number]!;
    const choose = button(foreign(facts.name), () => {
      this.conditions.clear();
      this.conditions.add(inSubcluster(this.model, number));
      this.actions.visit(rowsOf(this.model.subcluster, number));
    });
    choose.dataset.subcluster = String(number);
    return element("li", {}, choose, element("span", { class: "size" }, String(facts.images)));
  }

  private listenToSearch(): void {
    const query = byId<HTMLInputElement>("query");
    query.addEventListener("focus", () => void this.suggest(), { once: true });
    byId<HTMLFormElement>("search").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.find(query.value.trim());
    });
  }

  private async suggest(): Promise<void> {
    const tags = (await this.model.allTags()).slice(0, SUGGESTIONS);
    byId("suggestions").replaceChildren(...tags.map(({ label }) => element("option", { value: label })));
  }

  async find(text: string): Promise<void> {
    this.conditions.clear();
    if (!text) return;
    const found = await this.model.search(text);
    this.conditions.add(ofRows(`“${text}”`, this.model.count, found));
    this.actions.say(`${count(found.size, "image")} with “${text}”`);
    if (found.size) this.actions.visit(found);
  }

  private filters(): HTMLElement[] {
    const { model, conditions } = this;
    return [
      this.form("Tag", ["", "from score"], ([label, least]) =>
        label ? tagged(model, label, Number(least) || 0) : null,
      ),
      this.form("Frequency", ["at least"], ([times]) =>
        times ? Promise.resolve(seenAtLeast(model, Number(times))) : null,
      ),
      ...model.map.columns.map((facts) => this.columnForm(facts)),
      button("Clear all", () => conditions.clear()),
    ];
  }

  private columnForm(facts: ColumnFacts): HTMLElement {
    if (facts.kind === "text") {
      return this.form(facts.name, [""], ([text]) => (text ? equal(this.model, facts, text) : null));
    }
    return this.form(facts.name, ["from", "to"], ([low = "", high = ""]) =>
      low || high ? between(this.model, facts, low, high) : null,
    );
  }

  /** A line with fields; what they say becomes a condition. */
  private form(
    title: string,
    fields: string[],
    condition: (values: string[]) => Promise<ReturnType<typeof ofRows>> | null,
  ): HTMLElement {
    const inputs = fields.map((hint) =>
      element("input", { placeholder: hint, "aria-label": `${title} ${hint}`.trim() }),
    );
    const form = element(
      "form",
      {},
      element("span", {}, foreign(title)),
      ...inputs,
      element("button", { type: "submit" }, "Filter"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void condition(inputs.map((input) => input.value.trim()))?.then((made) => this.conditions.add(made));
    });
    return form;
  }
}

function rowsOf(of: ArrayLike<number>, number: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < of.length; row++) if (of[row] === number) rows.push(row);
  return rows;
}
