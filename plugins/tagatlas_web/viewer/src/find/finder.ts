/** The search of the page: its field, and what it found, the best first. */

import { orSaid } from "../trouble";
import { Thumbnails } from "../card/thumbnails";
import type { Chart } from "../data/chart";
import { button, byId, choice, count, element, plain } from "../elements";
import type { Model } from "../data/model";
import type { Conditions, Mode, Step } from "./conditions";
import { CutSlider, shownScore, type Range } from "./cut";
import { meaningBackend, searchByMeaning } from "./meaning";
import { best, ofOne, type Scores } from "./ranking";
import { Search } from "./search";

/** The kind of the conditions. */
const SEARCH = "search";

const TAG_SCORE =
  "How sure a backend is of the tag, from 0 to 1. At first it is the score from which the tag stands out; a lower one finds more images, and more wrong ones.";

const PAUSE_MS = 250;
const SUGGESTIONS = 20;
const SHOWN = 12;

export interface FinderActions {
  /** The map that is worked with: a tag counts as it counts there. */
  chart(): Chart;
  /** What choosing does now. */
  mode(): Mode;
  open(row: number): void;
  visit(rows: ArrayLike<number>): void;
}

/** What was found, and from which score on it counts. */
export interface Result {
  /** Of each image, in [-1, 1]; 0 where it was not found at all. */
  readonly scores: Scores;
  /** 1 for images that count as long as no other score is chosen. */
  readonly counted: Uint8Array;
  /** Ends of the scores that can be chosen, and the one at the beginning; null where there is no choice. */
  readonly range: Range | null;
  /** How many more images a wider search counts. */
  readonly more: number;
}

export class Finder {
  private readonly form = byId<HTMLFormElement>("search");
  private readonly query = byId<HTMLInputElement>("query");
  private readonly panel = byId("found");
  private readonly place = byId("best");
  private readonly backend: HTMLSelectElement;
  private readonly way: HTMLSelectElement | null;
  private readonly cut: CutSlider;
  private readonly wider = element("input", { type: "checkbox" });
  private readonly search: Search;
  private readonly thumbnails: Thumbnails;
  private result: Result | null = null;
  private sought = "";
  /** What is typed without a break is one condition; its key, and what it does. */
  private sitting: { key: string; mode: Mode } | null = null;
  private sittings = 0;
  /** Whether what was typed was sent off: what is typed next is another search. */
  private isDone = false;
  private asked = 0;
  private pause = 0;

  constructor(
    private readonly model: Model,
    private readonly conditions: Conditions,
    private readonly actions: FinderActions,
  ) {
    this.search = new Search(model);
    this.thumbnails = new Thumbnails(model, (row) => actions.open(row));
    this.cut = new CutSlider((least) => this.stand(least));
    this.backend = choice("Tags of", ["all backends", ...model.atlas.backends]);
    this.backend.options[0]!.value = "";
    const by = meaningBackend();
    this.way = by === null ? null : choice("Search by", ["words", `meaning (${by})`]);
    if (model.atlas.backends.length > 1) byId("search-ways").append(this.backend);
    if (this.way) byId("search-ways").prepend(this.way);
    this.listen();
  }

  /** Follow what is chosen: say nothing of a search that was taken back, and what one is that came back. */
  show(): void {
    const { sitting } = this;
    const searches = this.conditions.all.filter(({ kind }) => kind === SEARCH);
    const stands = sitting && searches.find(({ key }) => key === sitting.key);
    if (stands?.term[1] === this.sought) return;
    const other = stands ?? searches.at(-1);
    if (!other) {
      if (this.sought) this.forget();
      return;
    }
    this.forget();
    orSaid(this.recall(other));
  }

  /** Empty the field and all that is said of it. */
  forget(): void {
    this.asked++;
    clearTimeout(this.pause);
    this.sitting = null;
    this.sought = this.query.value = "";
    this.wider.checked = false;
    this.hide();
  }

  private get isByMeaning(): boolean {
    return Boolean(this.way?.selectedIndex);
  }

  private listen(): void {
    const { form, query } = this;
    const again = () => {
      this.backend.hidden = this.isByMeaning;
      orSaid(this.find(false));
    };
    query.addEventListener("focus", () => orSaid(this.suggest().then(() => this.search.prepare())), { once: true });
    query.addEventListener("input", () => {
      clearTimeout(this.pause);
      if (this.isDone && query.value.trim()) this.sitting = null;
      this.isDone = this.wider.checked = false;
      if (!query.value.trim()) orSaid(this.find(false));
      // A model takes its time, and may be a service that is paid: it is asked with Enter.
      else if (!this.isByMeaning) this.pause = window.setTimeout(again, PAUSE_MS);
      orSaid(this.suggest());
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.pause);
      orSaid(this.find(true));
      this.isDone = true;
    });
    for (const each of [this.backend, this.way, this.wider]) each?.addEventListener("change", again);
  }

  private async find(visit: boolean): Promise<void> {
    const asked = ++this.asked;
    this.sitting ??= { key: `search ${++this.sittings}`, mode: this.actions.mode() };
    const text = this.query.value.trim();
    if (!text) {
      const { sitting } = this;
      this.forget();
      const step = sitting && this.conditions.get(sitting.key);
      if (step) this.conditions.remove(step);
      return;
    }
    this.panel.setAttribute("aria-busy", "true");
    const result = await this.ask(text, () => asked === this.asked);
    if (asked !== this.asked) return;
    this.panel.removeAttribute("aria-busy");
    if (typeof result === "string") {
      this.hide();
      this.panel.replaceChildren(element("p", { role: "alert" }, result));
      this.panel.hidden = false;
      return;
    }
    this.result = result;
    this.sought = text;
    this.cut.show(result.range);
    const rows = this.stand(null);
    if (visit && rows.length) this.actions.visit(rows);
  }

  /** Say what a search is that came back. */
  private async recall({ key, mode, term, holds }: Step): Promise<void> {
    const [sort, text = "", backend = "", from = "", wider = ""] = term;
    const asked = ++this.asked;
    this.sitting = { key, mode };
    this.sought = this.query.value = text;
    this.backend.value = backend;
    this.wider.checked = Boolean(wider);
    if (this.way) this.way.selectedIndex = Number(sort !== SEARCH);
    if (sort !== SEARCH) return; // a model may be a service that is paid
    const result = await this.ask(text, () => asked === this.asked);
    if (asked !== this.asked || typeof result === "string") return;
    this.result = result;
    this.cut.show(result.range, from ? Number(from) : null);
    this.draw(rowsOf(holds));
  }

  /** What is found, or in words why nothing can be. */
  private async ask(text: string, isWanted: () => boolean): Promise<Result | string> {
    if (this.isByMeaning) return searchByMeaning(this.model, text);
    const wish = { text, backend: this.backend.value, chart: this.actions.chart(), open: this.wider.checked };
    const found = await this.search.find(wish, isWanted);
    if (!found) return "";
    const { scores, counted, least, more } = found;
    const range = least === null ? null : { low: 0, high: 1, step: 0.01, least: least / 255, means: TAG_SCORE };
    return { scores: ofOne(scores), counted, range, more };
  }

  /** Have the search be a condition, from a score on, or as it counts by itself; what is found. */
  private stand(least: number | null): number[] {
    const { result, sought } = this;
    if (!result) return [];
    const { scores, counted } = result;
    const holds = least === null ? counted : atLeast(scores, least);
    const rows = rowsOf(holds);
    this.draw(rows);
    const { key, mode } = this.sitting!;
    const backend = this.isByMeaning ? "" : this.backend.value;
    const by = this.isByMeaning ? " by meaning" : backend && ` (${backend})`;
    const from = least === null || !result.range ? "" : shownScore(least, result.range);
    const words = `“${sought}”${by}${from && ` from ${from}`}`;
    const term = [this.isByMeaning ? "meaning" : SEARCH, sought, backend, from, ...(this.wider.checked ? ["wider"] : [])];
    this.conditions.put({ key, kind: SEARCH, words, holds, scores, term }, mode, this.sitting);
    return rows;
  }

  private draw(rows: readonly number[]): void {
    const { result } = this;
    if (!result) return;
    this.cut.count(rows.length);
    const parts: Node[] = [];
    const isWeak = !rows.length && atLeast(result.scores, -1).includes(1);
    if (isWeak) parts.push(element("p", {}, "No image has so high a score."));
    else if (!rows.length) parts.push(element("p", {}, "Nothing is found: take fewer words, or another spelling."));
    if (result.range) parts.push(this.cut.root);
    if (result.more || this.wider.checked) {
      const gain = result.more ? ` (${count(result.more, "more image")})` : "";
      parts.push(element("label", { class: "wider" }, this.wider, ` Also words that begin so, and further tags${gain}`));
    }
    this.place.replaceChildren(...(rows.length ? [this.pictures(rows, SHOWN)] : []));
    this.panel.replaceChildren(...parts);
    this.panel.hidden = false;
  }

  private pictures(rows: readonly number[], most: number): HTMLElement {
    const shown = best(rows, this.result!.scores, most);
    const place = element("div", {}, element("p", { class: "size" }, "The best first"), this.thumbnails.of(shown));
    const more = button(`More of ${plain(rows.length)}`, () => place.replaceWith(this.pictures(rows, 3 * most)));
    if (rows.length > most) place.append(more);
    return place;
  }

  private hide(): void {
    this.result = null;
    this.panel.removeAttribute("aria-busy");
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.place.replaceChildren();
  }

  private async suggest(): Promise<void> {
    if (this.isByMeaning) {
      byId("suggestions").replaceChildren();
      return;
    }
    const text = this.query.value;
    const wish = { text, backend: this.backend.value, chart: this.actions.chart(), open: false };
    const tags = await this.search.suggest(wish, SUGGESTIONS);
    if (text !== this.query.value) return;
    const options = tags.map(({ label, images }) => element("option", { value: label }, count(images, "image")));
    byId("suggestions").replaceChildren(...options);
  }
}

/** For each image that was found 1 if its score is at least so high, else 0. */
function atLeast(scores: Scores, least: number): Uint8Array {
  const holds = new Uint8Array(scores.length);
  for (let row = 0; row < holds.length; row++) holds[row] = Number(scores[row] !== 0 && scores[row]! >= least);
  return holds;
}

function rowsOf(holds: Uint8Array): number[] {
  const rows: number[] = [];
  holds.forEach((held, row) => held && rows.push(row));
  return rows;
}
