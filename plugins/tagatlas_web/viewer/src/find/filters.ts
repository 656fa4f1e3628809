/** Filters: by tag and score, cluster, frequency, and every kept column. */

import type { Chart } from "../data/chart";
import {
  between, columnKey, equal, inCluster, seen, tagged, type Condition, type Conditions,
} from "./conditions";
import type { ColumnFacts } from "../data/files";
import { button, choice, element, foreign } from "../elements";
import { Histogram, type Range } from "./histogram";
import type { Model } from "../data/model";
import { dateScale, numberScale, type Scale } from "./scales";

const SUGGESTED = 300;

export class Filters {
  private readonly clusters = choice("Cluster", []);
  private built = false;
  private readonly ranges = new Map<string, RangeFilter>();
  private chart: Chart | null = null;

  constructor(
    private readonly place: HTMLDetailsElement,
    private readonly model: Model,
    private readonly conditions: Conditions,
  ) {
    // Columns are read when they are wanted.
    place.addEventListener("toggle", () => {
      if (place.open && !this.built) this.build();
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
  }

  /** Ranges that are no longer conditions are open again. */
  show(): void {
    const keys = new Set(this.conditions.all.map(({ key }) => key));
    for (const [key, range] of this.ranges) if (!keys.has(key)) range.open();
    if (![...keys].some((key) => key.startsWith("cluster "))) this.clusters.value = "";
  }

  private build(): void {
    this.built = true;
    this.place.querySelector("div")!.replaceChildren(
      this.tagFilter(),
      this.clusterFilter(),
      this.frequencyFilter(),
      ...this.model.atlas.columns.map((facts) => this.columnFilter(facts)),
      button("Clear all", () => this.conditions.clear()),
    );
  }

  private tagFilter(): HTMLElement {
    const { model } = this;
    const label = field("Tag");
    label.setAttribute("list", "suggestions");
    const least = field("Tag from score", "from score");
    least.inputMode = "decimal";
    const backend = choice("Backend of the tag", ["any backend", ...model.atlas.backends]);
    backend.options[0]!.value = "";
    const fields = model.atlas.backends.length > 1 ? [label, least, backend] : [label, least];
    const form = this.form("Tag", fields, () => {
      const wanted = label.value.trim();
      const score = Number(least.value.replace(",", ".")) || 0;
      return wanted ? tagged(model, wanted, score, backend.value) : null;
    });
    form.className = "tagged";
    return form;
  }

  private clusterFilter(): HTMLElement {
    this.clusters.addEventListener("change", () => {
      const { value } = this.clusters;
      if (!this.chart) return;
      if (value) this.conditions.add(inCluster(this.model, this.chart, Number(value)));
      else this.conditions.remove(`cluster ${this.chart.number}`);
    });
    return element("form", {}, element("span", {}, "Cluster"), this.clusters);
  }

  private frequencyFilter(): HTMLElement {
    const { model } = this;
    const number = (text: string) => (text === "" ? null : Number(text));
    const filter = new RangeFilter("Frequency", "frequency", this.conditions, ({ low, high }) =>
      Promise.resolve(seen(model, number(low), number(high))),
    );
    const counts = new Map<number, number>();
    for (const times of model.frequency) counts.set(times, (counts.get(times) ?? 0) + 1);
    filter.draw(numberScale([...counts.keys()]), [...counts].map(([times, images]) => [String(times), images]));
    this.ranges.set("frequency", filter);
    return filter.root;
  }

  private columnFilter(facts: ColumnFacts): HTMLElement {
    const { model } = this;
    if (facts.kind === "text") return this.textFilter(facts);
    const filter = new RangeFilter(facts.name, columnKey(facts), this.conditions, ({ low, high }) =>
      between(model, facts, low, high),
    );
    this.ranges.set(columnKey(facts), filter);
    void model.column(facts).then((column) => {
      const known = column.values.filter(Boolean);
      if (!known.length) return;
      const scale = facts.kind === "date" ? dateScale(known) : numberScale(known.map(Number));
      const counts = column.counts();
      const counted = column.values.map((value, at): [string, number] => [value, counts[at]!]);
      filter.draw(scale, counted.filter(([value]) => value));
    });
    return filter.root;
  }

  private textFilter(facts: ColumnFacts): HTMLElement {
    const text = field(facts.name);
    const known = element("datalist", { id: `column-${facts.file}` });
    text.setAttribute("list", known.id);
    text.addEventListener(
      "focus",
      () =>
        void this.model.column(facts).then(({ values }) => {
          const short = values.filter((value) => value && value.length < 100).slice(0, SUGGESTED);
          known.replaceChildren(...short.map((value) => element("option", { value })));
        }),
      { once: true },
    );
    const form = this.form(facts.name, [text], () =>
      text.value.trim() ? equal(this.model, facts, text.value.trim()) : null,
    );
    form.append(known);
    return form;
  }

  /** A line with fields; what they say becomes a condition. */
  private form(title: string, fields: HTMLElement[], condition: () => Promise<Condition> | null): HTMLElement {
    const submit = element("button", { type: "submit", "aria-label": `Filter by ${title}` }, "Filter");
    const form = element("form", {}, element("span", {}, foreign(title)), ...fields, submit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void condition()?.then((made) => this.conditions.add(made));
    });
    return form;
  }
}

/** Two fields for the ends of a range, with bars over them to drag along. */
class RangeFilter {
  readonly root: HTMLElement;
  private readonly low: HTMLInputElement;
  private readonly high: HTMLInputElement;
  private readonly bars = element("div");
  private histogram: Histogram | null = null;
  private asked = 0;

  constructor(
    private readonly title: string,
    private readonly key: string,
    private readonly conditions: Conditions,
    private readonly condition: (range: Range) => Promise<Condition>,
  ) {
    this.low = field(`${title} from`, "from");
    this.high = field(`${title} to`, "to");
    const submit = element("button", { type: "submit", "aria-label": `Filter by ${title}` }, "Filter");
    this.root = element("form", { class: "range" }, element("span", {}, foreign(title)), this.low, this.high, submit, this.bars);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      const range = { low: this.low.value.trim(), high: this.high.value.trim() };
      this.histogram?.show(range);
      void this.choose(range);
    });
  }

  /** @param counted values as they are written, and how many images have each. */
  draw(scale: Scale, counted: readonly (readonly [value: string, images: number])[]): void {
    const counts = new Array<number>(scale.bins).fill(0);
    for (const [value, images] of counted) counts[scale.bin(value)]! += images;
    this.histogram = new Histogram(this.title, scale, counts, (range) => {
      this.low.value = range.low;
      this.high.value = range.high;
      void this.choose(range);
    });
    this.bars.replaceChildren(this.histogram.root);
  }

  /** Forget the range. */
  open(): void {
    this.low.value = this.high.value = "";
    this.histogram?.show({ low: "", high: "" });
  }

  private async choose(range: Range): Promise<void> {
    const asked = ++this.asked;
    if (range.low === "" && range.high === "") {
      this.conditions.remove(this.key);
      return;
    }
    const made = await this.condition(range);
    if (asked === this.asked) this.conditions.add(made);
  }
}

function field(label: string, hint = ""): HTMLInputElement {
  return element("input", { placeholder: hint, "aria-label": label, autocomplete: "off" });
}
