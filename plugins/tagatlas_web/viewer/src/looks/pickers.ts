/** Lists to choose from how images are arranged, and what they are coloured by. */

import { joined, termOf, type Term } from "../address/address";
import { choice, element } from "../elements";
import type { Model } from "../data/model";

/** An option, its value a term as an address has it. */
function option(text: string, term: Term | null): HTMLOptionElement {
  return element("option", { value: term ? joined(term) : "" }, text);
}

function group(label: string, options: HTMLOptionElement[]): HTMLElement | null {
  return options.length ? element("optgroup", { label }, ...options) : null;
}

function labelled(text: string, field: HTMLElement, ...more: (HTMLElement | null)[]): HTMLElement {
  return element("div", { class: "look" }, element("label", {}, element("span", {}, text), field), ...more);
}

/** Choose a value of a list that may not have it: then an option is added for it. */
function choose(field: HTMLSelectElement, term: Term | null, text: string): void {
  const value = term ? joined(term) : "";
  if (![...field.options].some((each) => each.value === value)) field.append(option(text, term));
  field.value = value;
}

export class PlacePicker {
  readonly root: HTMLElement;
  private readonly field = choice("Images by", []);
  private readonly across: HTMLSelectElement;
  private readonly up: HTMLSelectElement;
  private readonly two: HTMLElement;

  /**
   * @param dates names of columns of dates.
   * @param measures names of what two make a scatter plot of.
   */
  constructor(dates: readonly string[], measures: readonly string[], private readonly chosen: (term: Term | null) => void) {
    this.across = choice("Across", measures);
    this.up = choice("Up", measures);
    this.up.selectedIndex = Math.min(1, measures.length - 1);
    const lines = dates.map((name) => option(`Timeline: ${name}`, ["timeline", name]));
    this.field.append(
      ...[option("Map", null), option("Wall", ["wall"]), ...lines, element("option", { value: "scatter" }, "Two numbers…")],
    );
    this.two = element("div", { class: "two", hidden: "" }, this.across, this.up);
    this.field.addEventListener("change", () => this.pick());
    for (const each of [this.across, this.up]) each.addEventListener("change", () => this.pick());
    this.root = labelled("Images by", this.field, this.two);
  }

  /** Show how images are arranged. */
  show(term: Term | null): void {
    this.two.hidden = term?.[0] !== "scatter";
    if (term?.[0] === "scatter") {
      this.field.value = "scatter";
      [this.across.value, this.up.value] = [term[1] ?? "", term[2] ?? ""];
    } else choose(this.field, term, term?.slice(1).join(" ") ?? "");
  }

  private pick(): void {
    const isTwo = this.field.value === "scatter";
    this.two.hidden = !isTwo;
    this.chosen(isTwo ? ["scatter", this.across.value, this.up.value] : termOf(this.field.value));
  }
}

export class ColourPicker {
  readonly root: HTMLElement;
  private readonly field = choice("Colour by", []);
  private readonly tag = element("input", { "aria-label": "Tag to colour by", placeholder: "tag", list: "suggestions", autocomplete: "off" });
  private readonly backend: HTMLSelectElement;
  private readonly form: HTMLFormElement;

  constructor({ atlas }: Model, chosen: (term: Term | null) => void) {
    const columns = [...atlas.columns.map(({ name }) => name), "times seen", "records"];
    this.field.append(
      option("nothing", null),
      ...[
        group("Columns", [...new Set(columns)].map((name) => option(name, ["column", name]))),
        group("Clusters", atlas.maps.map(({ name }) => option(`clusters of ${name}`, ["clusters", name]))),
        group("Tags", [element("option", { value: "tag" }, "score of a tag…")]),
      ].filter((each) => each !== null),
    );
    this.backend = choice("Backend of the tag to colour by", ["any backend", ...atlas.backends]);
    this.backend.options[0]!.value = "";
    this.backend.hidden = atlas.backends.length < 2;
    this.form = element("form", { hidden: "", class: "two" }, this.tag, this.backend, element("button", { type: "submit" }, "Colour"));
    this.field.addEventListener("change", () => {
      this.form.hidden = this.field.value !== "tag";
      if (this.field.value === "tag") this.tag.focus();
      else chosen(termOf(this.field.value));
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const label = this.tag.value.trim();
      if (label) chosen(this.backend.value ? ["tag", label, this.backend.value] : ["tag", label]);
    });
    this.root = labelled("Colour by", this.field, this.form);
  }

  /** Show what images are coloured by. */
  show(term: Term | null): void {
    const isTag = term?.[0] === "tag";
    this.form.hidden = !isTag;
    if (isTag) {
      this.field.value = "tag";
      this.tag.value = term[1] ?? "";
      this.backend.value = term[2] ?? "";
    } else choose(this.field, term, term?.slice(1).join(" ") ?? "");
  }
}
