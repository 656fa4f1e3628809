/** A filter by a range of numbers or dates: two fields for its ends, with bars over them to drag along. */

import type { Column } from "../data/column";
import { button, count, element, foreign } from "../elements";
import type { Conditions, Mode } from "./conditions";
import { orSaid } from "../trouble";
import { field, Trouble } from "./field";
import type { Filter } from "./filters";
import { Histogram } from "./histogram";
import { between, rangeKey, unread } from "./kinds";
import { readDate, readNumber, Refusal, type Span } from "./parse";
import { dateScale, numberScale } from "./scales";

export class RangeFilter implements Filter {
  readonly root: HTMLElement;
  private readonly low: HTMLInputElement;
  private readonly high: HTMLInputElement;
  private readonly bars = element("div");
  private readonly trouble: Trouble;
  private readonly key: string;
  private column: Column | null = null;
  private filling: Promise<Column> | null = null;
  private bins: Int32Array = new Int32Array();
  private histogram: Histogram | null = null;
  private whole = true;
  private shown = "";

  /** @param read the column. @param mode what choosing does now. */
  constructor(
    facts: Column["facts"],
    private readonly read: () => Promise<Column>,
    private readonly conditions: Conditions,
    private readonly mode: () => Mode,
  ) {
    const { name, kind } = facts;
    const hint = kind === "date" ? "2016, 2016-03 or 2016-03-01" : "";
    this.key = rangeKey(facts);
    this.low = field(`${name} from`, "from");
    this.high = field(`${name} to`, "to");
    this.low.title = this.high.title = hint;
    this.trouble = new Trouble([this.low, this.high]);
    const submit = element("button", { type: "submit", "aria-label": `Filter by ${name}` }, "Filter");
    const title = element("span", {}, foreign(name));
    this.root = element("form", { class: "range" }, title, this.low, this.high, submit, this.trouble.root, this.bars);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      orSaid(this.choose(null));
    });
  }

  /** Read the column, and draw its bars. */
  fill(): Promise<Column> {
    this.filling ??= this.read().then((column) => {
      this.draw(column);
      return column;
    });
    this.filling.catch(() => (this.filling = null)); // asked for again, it is tried again
    return this.filling;
  }

  private draw(column: Column): void {
    const { keys, facts } = column;
    this.column = column;
    if (!keys?.some((key) => !Number.isNaN(key))) return;
    const scale = facts.kind === "date" ? dateScale(keys) : numberScale(keys);
    this.whole = keys.every((key) => Number.isNaN(key) || Number.isInteger(key));
    this.bins = Int32Array.from(keys, (key) => (Number.isNaN(key) ? -1 : scale.bin(key)));
    const counts = column.binned(this.bins, scale.bins);
    this.histogram = new Histogram(facts.name, scale, counts, (range, gesture) => {
      this.low.value = range.low;
      this.high.value = range.high;
      orSaid(this.choose(gesture));
    });
    this.bars.replaceChildren(this.histogram.root, ...this.others(column));
    this.show();
  }

  /** Follow what is chosen. */
  show(): void {
    const [low = "", high = ""] = this.conditions.get(this.key)?.term.slice(-2) ?? [];
    if (`${low} ${high}` !== this.shown) {
      this.shown = `${low} ${high}`;
      this.low.value = low;
      this.high.value = high;
      this.trouble.clear();
    }
    const { histogram, column } = this;
    if (!histogram || !column) return;
    const [first, last] = [spanOf(column, low), spanOf(column, high)];
    histogram.show(first?.first ?? null, last?.first ?? null);
    const among = this.conditions.holds(this.key);
    histogram.fill(among && column.binned(this.bins, histogram.bins, among));
  }

  /** Values that are no numbers or dates are in no bar: they are said. */
  private others(column: Column): HTMLElement[] {
    const odd = unread(column);
    const images = odd.holds.reduce((sum, held) => sum + held, 0);
    if (!images) return [];
    const line = button(`${count(images, "image")} with a value that is no ${column.facts.kind}`, () =>
      this.conditions.put(odd, this.mode()),
    );
    line.className = "others";
    return [line];
  }

  private async choose(gesture: object | null): Promise<void> {
    const [low, high] = [this.low.value.trim(), this.high.value.trim()];
    const mode = this.conditions.get(this.key)?.mode ?? this.mode(); // what stands stays what it is
    this.trouble.clear();
    if (!low && !high) {
      this.conditions.end(this.key);
      return;
    }
    const column = await this.fill();
    const first = low ? this.trouble.check(this.low, readText(column, low, this.whole)) : null;
    if (low && !first) return;
    const last = high ? this.trouble.check(this.high, readText(column, high, this.whole)) : null;
    if (high && !last) return;
    if (first && last && first.first > last.last) {
      this.trouble.say(this.high, `the range ends at ${last.words}, before it begins at ${first.words}`);
    } else this.conditions.put(between(column, first, last), mode, gesture);
  }
}

function readText({ facts }: Column, text: string, whole: boolean): Span | Refusal {
  return facts.kind === "date" ? readDate(text) : readNumber(text, whole);
}

/** What a text means that was understood before; null of an empty one. */
function spanOf(column: Column, text: string): Span | null {
  const read = text ? readText(column, text, false) : null;
  return read instanceof Refusal ? null : read;
}
