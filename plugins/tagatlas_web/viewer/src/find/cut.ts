/** A slider for the score from which on what was found counts. */

import { button, count, element } from "../elements";

/** Scores that can be chosen, and the one at the beginning. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly least: number;
  /** What the score is, in words. */
  readonly means: string;
}

/** A score as it is shown. */
export function shownScore(score: number, { step }: Range): string {
  return score.toFixed(step < 0.01 ? 3 : 2);
}

export class CutSlider {
  readonly root: HTMLElement;
  private readonly slider = element("input", { type: "range", "aria-label": "Lowest score" });
  private readonly value = element("output", { class: "score" });
  private readonly images = element("output", { class: "images" });
  private readonly back = button("As at first", () => this.reset());
  private range: Range = { low: 0, high: 1, step: 0.01, least: 0, means: "" };
  private drawn = 0;

  /** @param moved is given the chosen score; null for that which counts by itself. */
  constructor(private readonly moved: (least: number | null) => void) {
    this.back.hidden = true;
    this.root = element(
      "div", { class: "cut" }, element("span", {}, "from score ", this.value), this.slider, this.images, this.back,
    );
    this.slider.addEventListener("input", () => {
      this.back.hidden = false;
      this.say();
      // As often as the page is drawn: each score chooses among all images.
      cancelAnimationFrame(this.drawn);
      this.drawn = requestAnimationFrame(() => this.moved(Number(this.slider.value)));
    });
  }

  /** Begin with a score; null for the one that counts by itself. */
  show(range: Range | null, chosen: number | null = null): void {
    if (!range) return;
    this.range = range;
    this.slider.min = String(range.low);
    this.slider.max = String(range.high);
    this.slider.step = String(range.step);
    this.slider.title = range.means;
    this.begin();
    if (chosen === null) return;
    this.slider.value = String(chosen);
    this.back.hidden = false;
    this.say();
  }

  /** Say how many images are found. */
  count(images: number): void {
    this.images.textContent = count(images, "image");
  }

  private reset(): void {
    this.begin();
    this.moved(null);
    this.slider.focus();
  }

  private begin(): void {
    this.slider.value = String(this.range.least);
    this.back.hidden = true;
    this.say();
  }

  private say(): void {
    const score = shownScore(this.back.hidden ? this.range.least : Number(this.slider.value), this.range);
    this.value.textContent = score;
    this.slider.setAttribute("aria-valuetext", `from score ${score}`);
  }
}
