/** The conditions that work, each with a way to remove it. */

import { button, element, foreign } from "../elements";
import { stepWords, type Conditions, type Step } from "./conditions";

const REMOVING = ["Delete", "Backspace"];

export class Chips {
  readonly root = element("ul", { class: "chips", "aria-label": "Conditions" });

  /** @param gone where the focus goes when the last one is removed. */
  constructor(
    private readonly conditions: Conditions,
    private readonly gone: () => void,
  ) {}

  show(): void {
    const chips = this.conditions.all.map((step, at) => element("li", {}, this.chip(step, at)));
    this.root.replaceChildren(...chips);
  }

  private chip(step: Step, at: number): HTMLButtonElement {
    const words = stepWords(step, at === 0);
    const chip = button(foreign(words), () => this.remove(step, at));
    chip.className = `condition ${step.mode}`;
    chip.title = "Remove this condition";
    chip.append(element("span", { class: "hint" }, ", remove"));
    chip.addEventListener("keydown", (event) => {
      if (!REMOVING.includes(event.key)) return;
      event.preventDefault();
      this.remove(step, at);
    });
    return chip;
  }

  private remove(step: Step, at: number): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.conditions.remove(step);
    if (!hadFocus) return;
    const chips = this.root.querySelectorAll("button");
    const next = chips[Math.min(at, chips.length - 1)];
    if (next) next.focus();
    else this.gone();
  }
}
