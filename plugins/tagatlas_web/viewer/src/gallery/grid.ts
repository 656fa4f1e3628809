/** Pictures in a grid that scrolls, of which those in view are in the page. */

import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { element, foreign } from "../elements";
import { orSaid } from "../trouble";

const GAP = 8;
const CAPTION = 34;
const AROUND = 2;
// Browsers cannot scroll farther than some ten million pixels.
const MOST_HEIGHT = 8_000_000;

export interface GridActions {
  open(row: number): void;
  enlarge(row: number): void;
  /** Other images are picked. */
  picked(): void;
}

export class Grid {
  readonly root: HTMLElement;
  /** Images that are picked, to do something with. */
  readonly picked = new Set<number>();
  private readonly all = element("div", { class: "all", role: "presentation" });
  private readonly tiles = new Map<number, HTMLElement>();
  private rows: ArrayLike<number> = [];
  private side = 140;
  private columns = 1;
  private at = 0;
  private anchor = 0;
  private due = 0;

  constructor(
    private readonly model: Model,
    private readonly actions: GridActions,
  ) {
    this.root = element("div", {
      class: "grid", role: "listbox", "aria-multiselectable": "true", "aria-label": "Pictures",
    }, this.all);
    this.root.addEventListener("scroll", () => this.later());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("click", (event) => this.click(event));
    this.root.addEventListener("dblclick", (event) => this.enlarge(this.placeOf(event)));
    new ResizeObserver(() => this.arrange()).observe(this.root);
  }

  /** Show images in their order. */
  show(rows: ArrayLike<number>): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.rows = rows;
    this.at = this.anchor = 0;
    this.root.scrollTop = 0;
    this.clear();
    this.drop(rows);
    this.arrange();
    if (hadFocus) this.focus();
  }

  /** Let go of what is picked and no longer there. */
  private drop(rows: ArrayLike<number>): void {
    if (!this.picked.size) return;
    const there = new Set(Array.from(rows));
    this.pick([...this.picked].filter((row) => there.has(row)));
  }

  get shown(): ArrayLike<number> {
    return this.rows;
  }

  /** @param side the longest of a picture, in pixels. */
  resize(side: number): void {
    this.side = side;
    for (const tile of this.tiles.values()) this.size(tile);
    this.arrange();
    this.reveal();
  }

  /** Go to the image where one was. */
  focus(): void {
    if (!this.rows.length) return;
    this.reveal();
    this.tiles.get(this.at)?.focus();
  }

  /** Go to an image, if it is there. */
  goTo(row: number): void {
    const at = Array.prototype.indexOf.call(this.rows, row);
    if (at < 0) return;
    this.turnTo(at);
  }

  pick(rows: Iterable<number>): void {
    this.picked.clear();
    for (const row of rows) this.picked.add(row);
    for (const [at, tile] of this.tiles) tile.setAttribute("aria-selected", String(this.picked.has(this.rows[at]!)));
    this.actions.picked();
  }

  private get lineHeight(): number {
    return this.side + CAPTION + GAP;
  }

  private get height(): number {
    return Math.ceil(this.rows.length / this.columns) * this.lineHeight + GAP;
  }

  /** How far the page scrolls for each pixel of the grid. */
  private get scale(): number {
    const seen = this.root.clientHeight;
    return this.height <= MOST_HEIGHT ? 1 : (MOST_HEIGHT - seen) / (this.height - seen);
  }

  private clear(): void {
    this.all.replaceChildren();
    this.tiles.clear();
  }

  /** Lay the tiles out for the room that there is; the one with the focus keeps it, in view. */
  private arrange(): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.columns = Math.max(1, Math.floor((this.root.clientWidth - GAP) / (this.side + GAP)));
    this.all.style.height = `${Math.min(this.height, MOST_HEIGHT)}px`;
    this.draw();
    if (hadFocus) this.focus();
  }

  private later(): void {
    this.due ||= requestAnimationFrame(() => this.draw());
  }

  /** Put the tiles in view into the page, and take the others out; the one with the focus stays. */
  private draw(): void {
    cancelAnimationFrame(this.due);
    this.due = 0;
    const { root, columns, lineHeight } = this;
    const top = root.scrollTop / this.scale;
    const first = Math.max(0, Math.floor(top / lineHeight) - AROUND) * columns;
    const end = Math.min(this.rows.length, (Math.ceil((top + root.clientHeight) / lineHeight) + AROUND) * columns);
    for (const [at, tile] of this.tiles) {
      if ((at >= first && at < end) || tile === document.activeElement) continue;
      tile.remove();
      this.tiles.delete(at);
    }
    const unknown: number[] = [];
    for (let at = first; at < end; at++) {
      if (!this.model.knows(this.rows[at]!)) unknown.push(this.rows[at]!);
      else if (!this.tiles.has(at)) this.put(at);
    }
    if (unknown.length) orSaid(this.model.readTextsOf(unknown).then(() => this.later()));
    const shift = root.scrollTop - top;
    for (const [at, tile] of this.tiles) {
      const [line, column] = [Math.floor(at / columns), at % columns];
      tile.style.transform = `translate(${GAP + column * (this.side + GAP)}px, ${GAP + line * lineHeight + shift}px)`;
    }
  }

  private put(at: number): void {
    const row = this.rows[at]!;
    const label = this.model.label(row);
    const tile = element("div", {
      role: "option", class: "tile", tabindex: at === this.at ? "0" : "-1", "data-at": String(at),
      "aria-label": this.model.isHidden(row) ? `${label} (hidden)` : label,
      "aria-setsize": String(this.rows.length), "aria-posinset": String(at + 1),
      "aria-selected": String(this.picked.has(row)), title: label,
    }, this.picture(row), element("span", { class: "caption" }, foreign(label)));
    this.size(tile);
    // Screen readers go through tiles in the order of the page.
    const after = [...this.all.children].find((other) => Number((other as HTMLElement).dataset.at) > at);
    this.all.insertBefore(tile, after ?? null);
    this.tiles.set(at, tile);
  }

  private size(tile: HTMLElement): void {
    tile.style.width = `${this.side}px`;
    tile.style.height = `${this.side + CAPTION}px`;
  }

  private picture(row: number): HTMLElement {
    const gone = (words: string) => element("span", { class: "gone" }, words);
    if (this.model.isHidden(row)) return gone("hidden");
    const picture = element("img", { alt: "", draggable: "false" });
    picture.addEventListener("error", () => picture.replaceWith(gone("no picture here")));
    return showPicture(picture, this.model.picture(row));
  }

  private placeOf(event: Event): number {
    const tile = (event.target as Element).closest<HTMLElement>(".tile");
    return tile ? Number(tile.dataset.at) : -1;
  }

  private click(event: MouseEvent): void {
    const at = this.placeOf(event);
    if (at < 0) return;
    const from = this.anchor;
    this.turnTo(at);
    if (event.shiftKey) this.pickFrom(from, at);
    else if (event.ctrlKey || event.metaKey) this.toggle(at);
    else this.actions.open(this.rows[at]!);
    if (!event.shiftKey) this.anchor = at;
  }

  private enlarge(at: number): void {
    if (at >= 0 && at < this.rows.length) this.actions.enlarge(this.rows[at]!);
  }

  private toggle(at: number): void {
    const picked = new Set(this.picked);
    const row = this.rows[at]!;
    if (!picked.delete(row)) picked.add(row);
    this.pick(picked);
  }

  private pickFrom(from: number, to: number): void {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    this.anchor = from;
    this.pick(Array.from({ length: last - first + 1 }, (_, at) => this.rows[first + at]!));
  }

  private key(event: KeyboardEvent): void {
    const to = this.target(event.key);
    if (event.altKey || !this.rows.length) return;
    if (to !== null) {
      const from = this.anchor;
      this.turnTo(Math.min(Math.max(to, 0), this.rows.length - 1));
      if (event.shiftKey) this.pickFrom(from, this.at);
      else this.anchor = this.at;
    } else if (event.key === "Enter") this.actions.open(this.rows[this.at]!);
    else if (event.key === " " && (event.ctrlKey || event.metaKey)) this.toggle(this.at);
    else if (event.key === " ") this.enlarge(this.at);
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) this.pick(Array.from(this.rows));
    else if (event.key === "Escape" && this.picked.size) this.pick([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private target(key: string): number | null {
    const page = this.columns * Math.max(1, Math.floor(this.root.clientHeight / this.lineHeight));
    const steps: Record<string, number> = {
      ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns, PageUp: -page, PageDown: page,
    };
    if (key === "Home") return 0;
    if (key === "End") return this.rows.length - 1;
    const step = steps[key];
    if (step === undefined) return null;
    const to = this.at + step;
    return Math.abs(step) === 1 || (to >= 0 && to < this.rows.length) || Math.abs(step) === page ? to : this.at;
  }

  private turnTo(at: number): void {
    this.tiles.get(this.at)?.setAttribute("tabindex", "-1");
    this.at = at;
    this.reveal();
    const tile = this.tiles.get(at);
    tile?.setAttribute("tabindex", "0");
    tile?.focus({ preventScroll: true });
  }

  /** Scroll to where one is. */
  private reveal(): void {
    const { root, lineHeight, scale } = this;
    const top = Math.floor(this.at / this.columns) * lineHeight;
    const seen = root.scrollTop / scale;
    if (top < seen) root.scrollTop = top * scale;
    else if (top + lineHeight + GAP > seen + root.clientHeight) {
      root.scrollTop = (top + lineHeight + GAP - root.clientHeight) * scale;
    }
    this.draw();
  }
}
