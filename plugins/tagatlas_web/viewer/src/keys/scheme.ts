/** Light or dark: as the system has it, or as it is chosen here. `static/scheme.js` begins with it. */

import { element } from "../elements";

/** Where the browser keeps the choice; `static/scheme.js` reads it. */
const KEPT = "tagatlas-scheme";
const CHOICES = [["", "As the system"], ["light", "Light"], ["dark", "Dark"]] as const;

/**
 * A list to choose from.
 *
 * @param changed the page has other colours now.
 */
export function schemeChoice(changed: () => void): HTMLElement {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const picker = element("select", { class: "scheme" });
  for (const [value, text] of CHOICES) picker.append(element("option", { value }, text));
  picker.value = remembered();
  const apply = () => {
    document.documentElement.dataset.scheme = picker.value || (system.matches ? "dark" : "light");
    changed();
  };
  picker.addEventListener("change", () => {
    remember(picker.value);
    apply();
  });
  system.addEventListener("change", apply);
  return element("label", {}, "Colours ", picker);
}

function remembered(): string {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    return ""; // in a frame of a notebook the browser keeps nothing
  }
}

function remember(scheme: string): void {
  try {
    if (scheme) localStorage.setItem(KEPT, scheme);
    else localStorage.removeItem(KEPT);
  } catch {
    // it holds as long as the page is open
  }
}
