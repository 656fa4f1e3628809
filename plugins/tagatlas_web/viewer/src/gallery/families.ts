/** A table of pictures that were seen more than once: how many copies, how often, when and where. */

import type { Term } from "../address/address";
import { Families, FamilyFacts } from "../data/families";
import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { button, count, element, foreign, plain } from "../elements";
import { csv, save } from "../find/csv";
import { DAY_MS } from "../looks/dates";
import { compared } from "./order";

const SHOWN = 100;

interface Column {
  name: string;
  /** Whether large ones come first. */
  falls: boolean;
  /** What families are ordered by; null is behind all others. */
  key: (family: number) => number | string | null;
  text: (family: number) => string;
}

export interface FamilyActions {
  open(row: number): void;
  /** Choose the images of a family. */
  choose(rows: readonly number[], words: string): void;
  /** Another order is shown. */
  changed(): void;
  /** Of which images families are shown; null for all. */
  chosen(): ArrayLike<number> | null;
  escape(): void;
  close(): void;
}

export class FamilyTable {
  private readonly root: HTMLElement;
  private readonly title = element("h2");
  private readonly head = element("tr");
  private readonly body = element("tbody");
  private readonly more: HTMLButtonElement;
  private families: Families | null = null;
  private columns: Column[] = [];
  private order: number[] = [];
  private by = 2;
  private reversed = false;
  private wanted: Term | null = null;

  /** @param place over which the table is put. */
  constructor(
    place: HTMLElement,
    private readonly model: Model,
    private readonly actions: FamilyActions,
  ) {
    this.more = button("Show more", () => this.add());
    const back = button("Back to the map", () => actions.close());
    back.className = "back";
    this.root = element(
      "section",
      { id: "families", "aria-label": "Copies", hidden: "" },
      element("header", {}, this.title, button("Save the table as CSV", () => this.save()), back),
      element("div", { class: "rows", tabindex: "0", role: "region", "aria-label": "Table of copies" },
        element("table", {}, element("thead", {}, this.head), this.body), this.more),
    );
    this.root.addEventListener("keydown", (event) => this.key(event));
    place.append(this.root);
  }

  get isShown(): boolean {
    return !this.root.hidden;
  }

  /** The column that it is ordered by, and whether that is reversed, for an address. */
  get term(): Term {
    return [this.columns[this.by]?.name ?? "", this.reversed ? "reversed" : ""];
  }

  /** Be shown next as a term says. */
  want(term: Term): void {
    this.wanted = term;
  }

  /** @returns whether the order that was wanted is there. */
  async show(): Promise<boolean> {
    this.root.hidden = false;
    if (!this.families) {
      const [families, facts] = await Promise.all([this.model.families(), FamilyFacts.read()]);
      await this.model.readTextsOf(Array.from({ length: families.count }, (_, family) => families.members(family)[0]!));
      this.columns = columnsOf(this.model, families, facts);
      this.families = families;
    }
    const { wanted } = this;
    this.wanted = null;
    const by = this.columns.findIndex(({ name }) => name === wanted?.[0]);
    if (by >= 0) [this.by, this.reversed] = [by, wanted?.[1] === "reversed"];
    this.arrange();
    return by >= 0 || !wanted?.[0];
  }

  hide(): void {
    this.root.hidden = true;
  }

  stay(): void {
    this.root.querySelector(".back")?.remove();
  }

  focus(): void {
    this.head.querySelector<HTMLElement>(`th:nth-child(${this.by + 2}) button`)?.focus();
  }

  /** Order the families, and show the first of them. */
  private arrange(): void {
    const { families, columns } = this;
    if (!families) return;
    const chosen = this.actions.chosen();
    const shown = new Set<number>();
    if (chosen) for (let at = 0; at < chosen.length; at++) shown.add(families.number(chosen[at]!));
    const column = columns[this.by]!;
    const keys = Array.from({ length: families.count }, (_, family) => column.key(family));
    const way = column.falls === this.reversed ? 1 : -1;
    this.order = [...keys.keys()].filter((family) => !chosen || shown.has(family));
    this.order.sort((one, other) => compared(keys[one]!, keys[other]!, way) || one - other);
    this.title.textContent = `${count(this.order.length, "picture")} seen more than once`;
    this.head.replaceChildren(element("th", { scope: "col" }, "Picture"), ...columns.map((_, at) => this.heading(at)));
    this.body.replaceChildren();
    this.add();
  }

  private heading(at: number): HTMLElement {
    const { name, falls } = this.columns[at]!;
    const sort = button(name, () => {
      this.reversed = at === this.by && !this.reversed;
      this.by = at;
      this.actions.changed();
      this.arrange();
      this.focus();
    });
    const heading = element("th", { scope: "col" }, sort);
    if (at === this.by) heading.setAttribute("aria-sort", falls === this.reversed ? "ascending" : "descending");
    return heading;
  }

  private add(): void {
    const first = this.body.childElementCount;
    const some = this.order.slice(first, first + SHOWN);
    this.body.append(...some.map((family) => this.line(family)));
    this.more.hidden = first + some.length >= this.order.length;
    this.more.textContent = `Show more (${plain(this.order.length - first - some.length)})`;
    if (first) this.body.children[first]?.querySelector("button")?.focus();
  }

  private line(family: number): HTMLElement {
    const rows = [...this.families!.members(family)];
    const label = this.model.label(rows[0]!);
    const picture = this.model.isHidden(rows[0]!)
      ? element("span", { class: "gone" }, "hidden")
      : showPicture(element("img", { alt: "", loading: "lazy" }), this.model.picture(rows[0]!));
    const opens = button(picture, () => this.actions.open(rows[0]!));
    opens.setAttribute("aria-label", `Open ${label}`);
    const cells = this.columns.map(({ text }, at) =>
      at ? element("td", {}, text(family)) : element("th", { scope: "row" }, foreign(text(family))),
    );
    const line = element("tr", {}, element("td", {}, opens), ...cells);
    if (rows.length > 1) {
      const choose = button(`Select ${plain(rows.length)}`, () => this.actions.choose(rows, `copies of ${label}`));
      choose.setAttribute("aria-label", `Select ${plain(rows.length)} copies of ${label}`);
      cells[0]!.append(" ", choose);
    }
    return line;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      this.actions.escape();
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const line = (event.target as Element).closest("tbody tr");
    if (!step || !line) return;
    const next = step > 0 ? line.nextElementSibling : line.previousElementSibling;
    next?.querySelector("button")?.focus();
    event.preventDefault();
  }

  private save(): void {
    const header = ["image", ...this.columns.map(({ name }) => name)];
    const lines = this.order.map((family) => [
      this.model.id(this.families!.members(family)[0]!),
      ...this.columns.map(({ text, key }) => {
        const value = key(family);
        return typeof value === "number" && !text(family).includes("-") ? value : text(family);
      }),
    ]);
    save(`${this.model.atlas.title} copies.csv`, csv([header, ...lines]));
  }
}

function columnsOf(model: Model, families: Families, facts: FamilyFacts): Column[] {
  const number = (name: string, of: ArrayLike<number>): Column => ({
    name, falls: true, key: (family) => of[family]!, text: (family) => plain(of[family]!),
  });
  const known = (moment: number) => (Number.isNaN(moment) ? null : moment);
  const date = (name: string, of: readonly (string | null)[], moments: Float64Array): Column => ({
    name, falls: false, key: (family) => known(moments[family]!), text: (family) => of[family] ?? "",
  });
  const days = (family: number) => known(Math.floor((facts.end[family]! - facts.begin[family]!) / DAY_MS));
  const label = (family: number) => model.label(families.members(family)[0]!);
  const dated: Column[] = [
    date("First seen", facts.first, facts.begin),
    date("Last seen", facts.last, facts.end),
    { name: "Days", falls: true, key: days, text: (family) => (days(family) === null ? "" : plain(days(family)!)) },
  ];
  return [
    { name: "Name", falls: false, key: label, text: label },
    number("Pictures", facts.images),
    number("Seen", facts.frequency),
    number("Records", facts.records),
    ...(model.date === null ? [] : dated),
    number("Hosts or folders", facts.places),
  ];
}
