/** A dialog that lists the keys, and the button that opens it. */

import { button, element } from "../elements";
import type { Group } from "./list";

export class Help {
  readonly button = button("Keys", () => this.open());
  private readonly dialog = element("dialog", { class: "keys", "aria-labelledby": "keys-title" });

  constructor(groups: readonly Group[]) {
    this.button.title = "The keys of this page (?)";
    this.button.setAttribute("aria-keyshortcuts", "?");
    this.button.setAttribute("aria-haspopup", "dialog");
    const close = button("Close", () => this.dialog.close());
    close.className = "close";
    this.dialog.append(element("h2", { id: "keys-title" }, "Keys"), close, ...groups.flatMap(listed));
    // On the ground around it, a click closes it.
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    document.body.append(this.dialog);
  }

  open(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }
}

function listed({ title, keys }: Group): HTMLElement[] {
  const rows = keys.flatMap(({ keys, means }) => [
    element("dt", {}, ...keys.split(", ").flatMap((each, at) => (at ? [", ", element("kbd", {}, each)] : [element("kbd", {}, each)]))),
    element("dd", {}, means),
  ]);
  return [element("h3", {}, title), element("dl", {}, ...rows)];
}

/** The keys in a sentence, for those who do not see the dialog. */
export function inWords(groups: readonly Group[]): string {
  return groups.map(({ title, keys }) => `${title}: ${keys.map(({ keys, means }) => `${keys} ${means}`).join("; ")}.`).join(" ");
}
