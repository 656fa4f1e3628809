/** Forms beside the map: where images are moved to, and what a cluster is merged with. */

import type { Chart } from "../data/chart";
import { button, count, element, foreign } from "../elements";

export interface RegroupActions {
  /** Move images to the cluster of a name, a new one where none has it; why that cannot be, or null. */
  move(rows: ArrayLike<number>, name: string): string | null;
  /** Merge a cluster into another; why that cannot be, or null. */
  merge(number: number, into: number): string | null;
}

/** The button and the form that move the chosen images. */
export class MoveForm {
  readonly button = button("Move to cluster…", () => this.open());
  readonly root = element("form", { class: "regrouping", hidden: "" });
  private readonly name = element("input", { list: "cluster-names", autocomplete: "off", "aria-label": "Cluster, or a new name", dir: "auto" });
  private readonly names = element("datalist", { id: "cluster-names" });
  private readonly words = element("span");
  private readonly trouble = element("span", { role: "alert" });
  private chart: Chart | null = null;
  private rows: ArrayLike<number> = [];

  constructor(private readonly actions: RegroupActions) {
    const end = button("Cancel", () => this.close());
    const move = element("button", { type: "submit" }, "Move");
    this.root.append(this.words, this.name, this.names, move, end, this.trouble);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = this.actions.move(this.rows, this.name.value);
      this.trouble.textContent = reason ?? "";
      if (reason === null) this.close();
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
  }

  /** Say which images are chosen. */
  show(rows: ArrayLike<number>, chart: Chart): void {
    this.rows = rows;
    this.chart = chart;
    const here = Array.from(rows).filter((row) => chart.has(row)).length;
    this.button.hidden = here === 0;
    if (!here) this.close();
    this.words.textContent = `Move ${count(here, "image")} to `;
  }

  close(): void {
    this.root.hidden = true;
    this.trouble.textContent = "";
    this.name.value = "";
  }

  private open(): void {
    const there = this.chart?.clusters.filter(({ images }) => images > 0) ?? [];
    this.names.replaceChildren(...there.map(({ name }) => element("option", { value: name })));
    this.root.hidden = false;
    this.name.focus();
  }
}

/** A button that asks what a cluster is merged with, in its line of the list. */
export function merging(chart: Chart, number: number, actions: RegroupActions): HTMLElement {
  const { name } = chart.clusters[number]!;
  const others = [...chart.clusters.entries()].filter(([other, { images }]) => other !== number && images > 0);
  const open = button("merge…", () => {
    const into = element("select", { "aria-label": "The other cluster" });
    into.append(...others.map(([other, facts]) => element("option", { value: String(other), dir: "auto" }, facts.name)));
    const form = element("form", { class: "regrouping" }, "Merge ", foreign(name), " with ", into, element("button", { type: "submit" }, "Merge"));
    const end = () => {
      form.remove();
      open.hidden = false;
      open.focus();
    };
    form.append(button("Cancel", end));
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      end();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = actions.merge(number, Number(into.value));
      if (reason !== null) form.append(element("span", { role: "alert" }, reason));
    });
    open.hidden = true;
    open.parentElement!.append(form);
    into.focus();
  });
  open.className = "merge";
  open.setAttribute("aria-label", `Merge ${name} with another cluster`);
  open.hidden = others.length === 0;
  return open;
}
