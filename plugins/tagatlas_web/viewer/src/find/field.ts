/** Fields of filters, and what is said beside one that is not understood. */

import { element, foreign } from "../elements";
import { Refusal } from "./parse";

export function field(label: string, hint = ""): HTMLInputElement {
  return element("input", { placeholder: hint, "aria-label": label, autocomplete: "off" });
}

/** The line beside fields that says why one is refused. */
export class Trouble {
  readonly root = element("p", { class: "refused", role: "alert" });

  constructor(private readonly fields: readonly HTMLInputElement[]) {}

  /** What a field says; null after saying why that is refused, with the focus there. */
  check<Read>(from: HTMLInputElement, read: Read | Refusal): Read | null {
    if (!(read instanceof Refusal)) return read;
    this.say(from, read.reason);
    return null;
  }

  say(from: HTMLInputElement, reason: string): void {
    this.clear();
    from.setAttribute("aria-invalid", "true");
    this.root.replaceChildren(foreign(reason));
    from.focus();
  }

  clear(): void {
    for (const each of this.fields) each.removeAttribute("aria-invalid");
    this.root.replaceChildren();
  }
}
