/** Copies a link to what the page shows. */

import { button } from "../elements";
import { isEmbedded } from "../data/host";

/**
 * The button; null in a frame of a notebook, which has no address.
 *
 * @param link the address of what is shown now.
 */
export function copyLink(link: () => string, say: (news: string) => void): HTMLButtonElement | null {
  if (isEmbedded) return null;
  const made = button("Copy link", () => void copy(link(), made, say));
  made.title = "Copy the address of what the page shows: map, place, conditions, open image";
  made.className = "copy-link";
  return made;
}

async function copy(text: string, beside: HTMLElement, say: (news: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say("The link is copied");
  } catch {
    // Pages that are opened from a folder, or from a server without encryption, may not.
    const field = document.createElement("input");
    field.readOnly = true;
    field.value = text;
    field.setAttribute("aria-label", "Link to this view");
    beside.after(field);
    field.select();
    const copied = document.execCommand("copy");
    if (copied) field.remove();
    else field.addEventListener("blur", () => field.remove(), { once: true });
    say(copied ? "The link is copied" : "Copy the link from the field: this browser does not let a page do it");
  }
  beside.focus();
}
