/** What goes wrong, said on the page in words that stay until they are closed. */

import { Missing } from "./data/files";
import { button, byId, element } from "./elements";

/** Say something that whoever looks at the page must know; of each thing once. */
export function tellTrouble(words: string, about = words): void {
  const place = byId("trouble");
  const said = [...place.querySelectorAll("p")];
  if (said.some(({ dataset }) => dataset.about === about)) return;
  if (!said.length) place.append(button("Close", () => (place.hidden = true)));
  place.lastElementChild!.before(element("p", { "data-about": about }, words));
  place.hidden = false;
}

/** Say that a file is missing, once for each folder. @returns whether the error is that one is. */
export function tellMissing(error: unknown): boolean {
  if (!(error instanceof Missing)) return false;
  tellTrouble(error.message, error.folder);
  return true;
}

/** What work leads to; null where a file that it needs is missing, which is said. */
export async function ifThere<Made>(work: Promise<Made>): Promise<Made | null> {
  try {
    return await work;
  } catch (error) {
    if (!tellMissing(error)) throw error;
    return null;
  }
}

/**
 * Let work go on by itself; if a file that it needs is missing, say so.
 *
 * On a page opened from a folder browsers do not tell the window of failures in its scripts.
 */
export function orSaid(work: Promise<unknown>): void {
  void ifThere(work);
}
