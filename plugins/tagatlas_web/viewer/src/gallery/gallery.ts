/** The chosen images, or all, as a gallery in the place of the map. */

import type { Term } from "../address/address";
import { shortId } from "../address/images";
import type { Chart } from "../data/chart";
import type { Model } from "../data/model";
import { button, choice, count, element, plain } from "../elements";
import { orSaid } from "../trouble";
import { Grid } from "./grid";
import { ordered, ordersOf, type Order } from "./order";
import { Printed } from "./print";
import { takePictures } from "./takeaway";

/** An address has so many that are picked, at most. */
const MOST_PICKED = 30;

export interface GalleryActions {
  open(row: number): void;
  enlarge(row: number): void;
  /** Choose the images that were picked. */
  choose(rows: readonly number[]): void;
  /** How well each image fits what is looked for; null where that is not known. */
  scores(): ArrayLike<number> | null;
  /** What chose the images, in words; empty where all are shown. */
  conditions(): string;
  close(): void;
  /** Another order is shown, or other images are picked. */
  changed(): void;
  /** Escape was pressed where there is nothing of the gallery's own to take back. */
  escape(): void;
  say(news: string): void;
}

export class Gallery {
  private readonly root: HTMLElement;
  private readonly title = element("h2");
  private readonly order = choice("Order by", []);
  private readonly counted = element("p", { class: "size" }, "Of several values of an image the first in this order counts.");
  private readonly reverse: HTMLButtonElement;
  private readonly pick: HTMLButtonElement;
  private readonly take: HTMLButtonElement;
  private readonly grid: Grid;
  private readonly printed: Printed;
  private orders: Order[] = [];
  private rows: ArrayLike<number> = [];
  private chart: Chart | null = null;
  private asked = 0;
  private wanted: Term | null = null;
  private taking: AbortController | null = null;

  /** @param place over which the gallery is put. */
  constructor(
    place: HTMLElement,
    private readonly model: Model,
    private readonly actions: GalleryActions,
  ) {
    this.grid = new Grid(model, { ...actions, picked: () => this.showPicked() });
    this.reverse = button("Reversed", () => this.turn());
    this.reverse.setAttribute("aria-pressed", "false");
    this.pick = button("", () => actions.choose([...this.grid.picked].sort((one, other) => one - other)));
    this.take = button("Save pictures", () => orSaid(this.takeAway()));
    this.printed = new Printed(model, {
      isShown: () => this.isShown,
      rows: () => this.grid.shown,
      conditions: () => actions.conditions(),
      caption: (row) => this.chart?.clusters[this.chart.cluster[row]!]?.name ?? "",
    });
    const size = element("input", { type: "range", min: "80", max: "256", value: "140", "aria-label": "Size of the pictures" });
    size.addEventListener("input", () => this.grid.resize(Number(size.value)));
    this.order.addEventListener("change", () => orSaid(this.rearrange()));
    const back = button("Back to the map", () => actions.close());
    back.classList.add("back");
    this.root = element(
      "section",
      { id: "gallery", "aria-label": "Gallery", hidden: "" },
      element("header", {}, this.title, this.order, this.reverse, size, this.pick, this.take,
        button("Print", () => orSaid(this.printed.print())), back, this.counted),
      this.grid.root,
    );
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      actions.escape();
    });
    place.append(this.root);
    this.pick.hidden = true;
  }

  get isShown(): boolean {
    return !this.root.hidden;
  }

  /** The images in the order in which they are shown. */
  get inOrder(): ArrayLike<number> {
    return this.grid.shown;
  }

  /**
   * Show images.
   *
   * @param rows in the order of the map.
   * @param chart whose clusters they are ordered by.
   * @returns whether the order that was wanted is there.
   */
  async show(rows: ArrayLike<number>, chart: Chart): Promise<boolean> {
    this.root.hidden = false;
    this.rows = rows;
    this.chart = chart;
    const { wanted } = this;
    this.wanted = null;
    const before = wanted?.[0] ?? this.order.value;
    const hadScores = wanted !== null || this.orders[0]?.name === "best match";
    this.orders = ordersOf(this.model, chart, this.actions.scores());
    this.order.replaceChildren(...this.orders.map(({ name }) => element("option", { value: name }, name)));
    const ranked = this.orders[0]!.name === "best match" && !hadScores; // what is found now comes best first
    const isThere = this.orders.some(({ name }) => name === before);
    if (!ranked && isThere) this.order.value = before;
    if (wanted) this.reverse.setAttribute("aria-pressed", String(wanted[1] === "reversed"));
    this.title.textContent = count(rows.length, "image");
    await this.arrange();
    await this.model.seek(wanted?.[2]?.split(",") ?? []);
    if (wanted?.[2]) this.grid.pick(wanted[2].split(",").map((id) => this.model.rowOf(id)).filter((row) => row >= 0));
    return isThere || !wanted;
  }

  /** How it is shown, for an address: its order, whether that is reversed, and what is picked, if that is little. */
  get term(): Term {
    const { picked } = this.grid;
    const ids = picked.size > MOST_PICKED ? [] : [...picked].map((row) => shortId(this.model, row));
    return [this.order.value, this.isReversed ? "reversed" : "", ids.join(",")];
  }

  /** Be shown next as a term says. */
  want(term: Term): void {
    this.wanted = term;
  }

  hide(): void {
    this.asked++;
    this.root.hidden = true;
    this.grid.show([]);
  }

  focus(): void {
    this.grid.focus();
  }

  /** Go to an image, if it is there. */
  goTo(row: number): void {
    this.grid.goTo(row);
  }

  /** Without a map there is none to go back to. */
  stay(): void {
    this.root.querySelector(".back")?.remove();
  }

  private turn(): void {
    this.reverse.setAttribute("aria-pressed", String(!this.isReversed));
    orSaid(this.rearrange());
  }

  private rearrange(): Promise<void> {
    this.actions.changed();
    return this.arrange();
  }

  private get isReversed(): boolean {
    return this.reverse.getAttribute("aria-pressed") === "true";
  }

  private async arrange(): Promise<void> {
    const asked = ++this.asked;
    const order = this.orders[this.order.selectedIndex] ?? this.orders[0]!;
    this.grid.root.setAttribute("aria-busy", "true");
    this.counted.hidden = !order.hasSeveral;
    const rows = await ordered(this.rows, order, this.isReversed);
    if (asked !== this.asked) return;
    this.grid.show(rows);
    this.grid.root.removeAttribute("aria-busy");
  }

  private showPicked(): void {
    const { size } = this.grid.picked;
    this.pick.hidden = !size;
    this.pick.textContent = `Select the ${plain(size)} picked`;
    if (size) this.actions.say(`${count(size, "image")} picked`);
    this.actions.changed();
  }

  private async takeAway(): Promise<void> {
    if (this.taking) return this.taking.abort();
    this.taking = new AbortController();
    const rows = this.grid.picked.size ? [...this.grid.picked] : this.grid.shown;
    try {
      const said = (read: number) => (this.take.textContent = `Stop (${plain(read)} of ${plain(rows.length)})`);
      this.actions.say(await takePictures(this.model, rows, said, this.taking.signal));
    } finally {
      this.taking = null;
      this.take.textContent = "Save pictures";
    }
  }
}
