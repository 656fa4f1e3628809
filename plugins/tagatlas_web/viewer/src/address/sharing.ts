/** Copies a link to what the page shows. */

import { button, isolated } from "../elements";
import { isEmbedded, isLive } from "../data/host";

const LONGEST_WORDS = 80;

/**
 * The button; null in a frame of a notebook, which has no address.
 *
 * @param link the address of what is shown now.
 * @param unsaid in words, what of that it leaves out.
 */
export function copyLink(
  link: () => string, unsaid: () => readonly string[], say: (news: string) => void,
): HTMLButtonElement | null {
  if (isEmbedded) return null;
  const made = button("Copy link", () => {
    const without = unsaid().map((words) => isolated(words.slice(0, LONGEST_WORDS)));
    void copy(link(), made, (news) => say(without.length ? `${news} It has no room for: ${without.join("; ")}.` : news));
  });
  made.title = "Copy the address of what the page shows: map, place, conditions, open image";
  made.className = "copy-link";
  return made;
}

async function copy(text: string, beside: HTMLElement, say: (news: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(copied());
  } catch {
    // Pages that are opened from a folder, or from a server without encryption, may not.
    const field = document.createElement("input");
    field.readOnly = true;
    field.value = text;
    field.setAttribute("aria-label", "Link to this view");
    beside.after(field);
    field.select();
    const isCopied = document.execCommand("copy");
    if (isCopied) field.remove();
    else field.addEventListener("blur", () => field.remove(), { once: true });
    say(isCopied ? copied() : "Copy the link from the field: this browser does not let a page do it");
  }
  beside.focus();
}

/** What was copied, and who can open it: others have no access to this machine. */
function copied(): string {
  const isHere = location.protocol === "file:" || /^(localhost|127\..*|\[::1\])$/.test(location.hostname);
  if (!isHere) return "The link is copied.";
  const where = isLive() ? "only on this machine, while tagatlas view runs" : "only on this machine";
  return `The link is copied. It opens ${where}. For others, put its part from # on behind the address of a published copy.`;
}
