/** Filters: by tag and score, cluster, times seen, and every kept column. */

import { orSaid } from "../trouble";
import type { Chart } from "../data/chart";
import { numberColumn, type Column } from "../data/column";
import type { ColumnFacts } from "../data/files";
import { breath } from "../data/slices";
import { button, choice, element, foreign } from "../elements";
import type { Model } from "../data/model";
import type { Conditions, Mode } from "./conditions";
import { Facet } from "./facet";
import { field, Trouble } from "./field";
import { clusterKind, inCluster, tagged } from "./kinds";
import { readNumber, Refusal } from "./parse";
import { RangeFilter } from "./range";

/** A filter by one column. */
export interface Filter {
  readonly root: HTMLElement;
  /** Read the column, and show what it has. */
  fill(): Promise<Column>;
  /** Follow what is chosen. */
  show(): void;
}

const SEEN: ColumnFacts = { name: "Times seen", file: -1, kind: "number" };
const EACH = "An image fits where one of its records does; two filters may be met by two of its records.";

export class Filters {
  private readonly clusters = choice("Cluster", []);
  private readonly filters: Filter[] = [];
  private chart: Chart | null = null;
  private built = false;
  private stale = false;
  private showing = false;

  /** @param mode what choosing does now. */
  constructor(
    private readonly place: HTMLDetailsElement,
    private readonly model: Model,
    private readonly conditions: Conditions,
    private readonly mode: () => Mode,
  ) {
    // Columns are read when they are wanted.
    place.addEventListener("toggle", () => {
      if (!place.open) return;
      if (!this.built) this.build();
      else if (this.stale) this.show();
    });
  }

  /** Say which clusters there are. */
  list(chart: Chart): void {
    this.chart = chart;
    const there = [...chart.clusters.entries()].filter(([, { images }]) => images > 0);
    this.clusters.replaceChildren(
      element("option", { value: "" }, "any"),
      ...there.map(([number, { name }]) => element("option", { value: String(number) }, name)),
    );
    this.showCluster();
  }

  /** Follow what is chosen; the images themselves are drawn before. */
  show(): void {
    this.showCluster();
    this.stale = true;
    if (this.place.open) orSaid(this.showAll());
  }

  private async showAll(): Promise<void> {
    if (this.showing) return;
    this.showing = true;
    while (this.stale) {
      this.stale = false;
      for (const filter of this.filters) {
        await breath();
        filter.show();
      }
    }
    this.showing = false;
  }

  private showCluster(): void {
    if (!this.chart) return;
    const kind = clusterKind(this.chart);
    const narrows = this.conditions.all.find((step) => step.kind === kind && step.mode === "narrow");
    this.clusters.value = narrows?.term[0] === "cluster" ? narrows.key.split(" ").at(-1)! : "";
  }

  private build(): void {
    this.built = true;
    const { model } = this;
    const { conditions, mode } = this;
    const onAll = model.atlas.maps.length > 1 ? " of all maps" : "";
    this.filters.push(
      new RangeFilter(SEEN, async () => {
        await model.readCounts();
        return numberColumn(SEEN.name, model.frequency);
      }, conditions, mode),
      ...model.atlas.columns.map((facts): Filter => {
        const made = facts.kind === "text" ? Facet : RangeFilter;
        return new made(facts, () => model.column(facts), conditions, mode);
      }),
    );
    this.place.querySelector("div")!.replaceChildren(
      element("p", { class: "size" }, `Numbers count images${onAll}, not records. ${EACH}`),
      this.tagFilter(),
      this.clusterFilter(),
      ...this.filters.map(({ root }) => root),
      button("Clear all", () => conditions.clear()),
    );
    this.fillSeen();
  }

  /** Read a column when its filter is seen: there may be many. */
  private fillSeen(): void {
    const filterOf = new Map(this.filters.map((filter) => [filter.root as Element, filter]));
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        orSaid(filterOf.get(target)!.fill());
      }
    });
    for (const { root } of this.filters) seen.observe(root);
  }

  private tagFilter(): HTMLElement {
    const { model } = this;
    const label = field("Tag");
    label.setAttribute("list", "suggestions");
    const least = field("Tag from score", "from score");
    least.inputMode = "decimal";
    const trouble = new Trouble([least]);
    const backend = choice("Backend of the tag", ["any backend", ...model.atlas.backends]);
    backend.options[0]!.value = "";
    const fields = model.atlas.backends.length > 1 ? [label, least, backend] : [label, least];
    const submit = element("button", { type: "submit", "aria-label": "Filter by Tag" }, "Filter");
    const form = element("form", { class: "tagged" }, element("span", {}, foreign("Tag")), ...fields, submit, trouble.root);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trouble.clear();
      const typed = least.value.trim();
      const score = typed ? trouble.check(least, readScore(typed)) : null;
      const wanted = label.value.trim();
      if ((typed && score === null) || !wanted || !this.chart) return;
      const mode = this.mode();
      orSaid(tagged(model, this.chart, wanted, score, backend.value).then((made) => this.conditions.put(made, mode)));
    });
    return form;
  }

  private clusterFilter(): HTMLElement {
    this.clusters.addEventListener("change", () => {
      const { value } = this.clusters;
      if (!this.chart) return;
      if (value) {
        this.conditions.put(inCluster(this.model, this.chart, Number(value)), this.mode());
        return;
      }
      const kind = clusterKind(this.chart);
      this.conditions.replace(this.conditions.all.filter((step) => step.kind !== kind || step.mode !== "narrow"));
    });
    return element("form", {}, element("span", {}, "Cluster"), this.clusters);
  }
}

/** A score in [0, 1]. */
function readScore(text: string): number | Refusal {
  const read = readNumber(text, false);
  if (read instanceof Refusal) return read;
  return read.first >= 0 && read.first <= 1 ? read.first : new Refusal(`a score is between 0 and 1, not ${read.words}`);
}
