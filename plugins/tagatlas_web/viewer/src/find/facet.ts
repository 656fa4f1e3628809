/** A filter by the values of a column of texts: a list of these by number of images, and a search among them. */

import { orSaid } from "../trouble";
import type { Column } from "../data/column";
import { inSlices } from "../data/slices";
import { folded } from "../data/texts";
import { button, count, element, foreign, plain } from "../elements";
import type { Condition, Conditions, Mode } from "./conditions";
import { field } from "./field";
import type { Filter } from "./filters";
import { among, containing, textKey, valuesKey } from "./kinds";

const AT_FIRST = 8;
const MORE = 50;

/** A value, how many images have it, and how many of these the other conditions choose. */
interface Line {
  value: string;
  all: number;
  chosen: number;
}

export class Facet implements Filter {
  readonly root: HTMLElement;
  private readonly text: HTMLInputElement;
  private readonly list = element("ul");
  private readonly below = element("p", { class: "below" });
  private column: Column | null = null;
  private filling: Promise<Column> | null = null;
  private all: Uint32Array = new Uint32Array();
  private lacking: Uint8Array = new Uint8Array();
  private comparable: string[] | null = null;
  private fitting: Uint8Array | null = null;
  private shown = AT_FIRST;
  private asked = 0;
  private contained = "";

  /** @param read the column. @param mode what choosing does now. */
  constructor(
    private readonly facts: Column["facts"],
    private readonly read: () => Promise<Column>,
    private readonly conditions: Conditions,
    private readonly mode: () => Mode,
  ) {
    const { name } = facts;
    this.text = field(`${name} contains`, "find, or contains");
    this.text.type = "search";
    const submit = element("button", { type: "submit", "aria-label": `Filter by what ${name} contains` }, "Contains");
    const form = element("form", {}, element("span", {}, foreign(name)), this.text, submit);
    this.root = element("div", { class: "facet", role: "group", "aria-label": name }, form, this.list, this.below);
    this.text.addEventListener("input", () => orSaid(this.find()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      orSaid(this.contain());
    });
  }

  /** Read the column, and show its values. */
  fill(): Promise<Column> {
    this.filling ??= this.read().then((column) => {
      this.column = column;
      this.all = column.counts();
      this.lacking = column.lacking();
      this.show();
      return column;
    });
    this.filling.catch(() => (this.filling = null)); // asked for again, it is tried again
    return this.filling;
  }

  /** Follow what is chosen. */
  show(): void {
    const { column, conditions } = this;
    const [, , contained = ""] = conditions.get(textKey(this.facts))?.term ?? [];
    if (contained !== this.contained) {
      this.contained = contained;
      this.text.value = contained;
      orSaid(this.find());
    }
    if (!column) return;
    const holds = conditions.holds(valuesKey(this.facts));
    const chosen = holds ? column.counts(holds) : this.all;
    const ticked = this.ticked();
    const { lines, left } = this.best(column, chosen, ticked);
    if (!this.fitting || ticked.includes("")) lines.push(...this.lackingLine(holds));
    const focused = (document.activeElement as HTMLElement | null)?.dataset.value;
    const hadFocus = this.list.contains(document.activeElement);
    this.list.replaceChildren(...lines.map((line) => this.line(line, ticked.includes(line.value), holds !== null)));
    if (hadFocus) [...this.list.querySelectorAll("input")].find((each) => each.dataset.value === focused)?.focus();
    this.below.replaceChildren(...this.more(left));
  }

  private ticked(): readonly string[] {
    return this.conditions.get(valuesKey(this.facts))?.term.slice(2) ?? [];
  }

  /** Ticked values, then those of most images. */
  private best(column: Column, chosen: Uint32Array, ticked: readonly string[]): { lines: Line[]; left: number } {
    const first = column.places(ticked);
    const ranked: number[] = [];
    const isBefore = (one: number, other: number) =>
      (chosen[one]! - chosen[other]! || this.all[one]! - this.all[other]! || other - one) > 0;
    let fitting = 0;
    for (let at = 0; at < column.values.length; at++) {
      if ((this.fitting && !this.fitting[at]) || first.includes(at)) continue;
      fitting++;
      if (ranked.length === this.shown && !isBefore(at, ranked.at(-1)!)) continue;
      let place = ranked.length;
      while (place > 0 && isBefore(at, ranked[place - 1]!)) place--;
      ranked.splice(place, 0, at);
      if (ranked.length > this.shown) ranked.pop();
    }
    const lines = [...first, ...ranked].map((at) => ({ value: column.values[at]!, all: this.all[at]!, chosen: chosen[at]! }));
    return { lines, left: fitting - ranked.length };
  }

  private lackingLine(holds: Uint8Array | null): Line[] {
    let [all, chosen] = [0, 0];
    this.lacking.forEach((lacks, row) => {
      all += lacks;
      chosen += holds ? lacks & holds[row]! : lacks;
    });
    return all ? [{ value: "", all, chosen }] : [];
  }

  private line({ value, all, chosen }: Line, ticked: boolean, some: boolean): HTMLElement {
    const tick = element("input", { type: "checkbox" });
    tick.checked = ticked;
    tick.dataset.value = value;
    tick.addEventListener("change", () => this.tick(value, tick.checked));
    const size = some ? `${plain(chosen)} of ${plain(all)}` : plain(all);
    const hint = some ? `${count(chosen, "chosen image")} of ${plain(all)} with this value` : count(all, "image");
    const words = value ? element("bdi", { title: value }, value) : element("i", {}, "no value");
    const label = element("label", {}, tick, words, " ", element("span", { class: "size", title: hint }, size));
    return element("li", {}, label);
  }

  private more(left: number): (HTMLElement | string)[] {
    if (!left) return this.fitting && !this.list.children.length ? ["No value fits"] : [];
    return [
      button(`${count(left, "more value")}…`, () => {
        this.shown += MORE;
        this.show();
      }),
    ];
  }

  private tick(value: string, on: boolean): void {
    const others = this.ticked().filter((each) => each !== value);
    const values = on ? [...others, value] : others;
    if (!this.column) return;
    if (values.length) this.put(among(this.column, values), this.mode());
    else this.conditions.end(valuesKey(this.facts));
  }

  /** List only values in which the text occurs that was typed. */
  private async find(): Promise<void> {
    const asked = ++this.asked;
    const wanted = folded(this.text.value.trim());
    const column = await this.fill();
    if (wanted && !this.comparable) {
      const comparable: string[] = [];
      await inSlices(column.values.length, (at) => comparable.push(folded(column.values[at]!)));
      this.comparable = comparable;
    }
    if (asked !== this.asked) return;
    this.fitting = wanted ? Uint8Array.from(this.comparable!, (text) => Number(text.includes(wanted))) : null;
    this.shown = AT_FIRST;
    this.show();
  }

  private async contain(): Promise<void> {
    const text = this.text.value.trim();
    const mode = this.mode();
    if (text) this.put(await containing(await this.fill(), text), mode);
    else this.conditions.end(textKey(this.facts));
  }

  /** What stands already stays what it is: it narrows, adds or takes away. */
  private put(condition: Condition, mode: Mode): void {
    this.conditions.put(condition, this.conditions.get(condition.key)?.mode ?? mode);
  }
}
