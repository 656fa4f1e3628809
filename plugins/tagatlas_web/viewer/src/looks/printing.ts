/** Prints the maps as they are seen, whole on the page. */

import { element } from "../elements";
import type { Stage } from "../map/stage";
import { sheetOf } from "./sheet";

const DENSITY = 2;

/** Put a sheet on the page whenever maps are printed; the style sheet hides what is not for paper. */
export function printsSheets(place: HTMLElement, stages: () => readonly Stage[], words: () => HTMLElement): void {
  const sheet = element("div", { id: "sheet", "aria-hidden": "true" });
  // Paper is white, whatever the screen looks like.
  const dress = (isPaper: boolean) => {
    document.documentElement.classList.toggle("on-paper", isPaper);
    stages().forEach((stage) => stage.restyle());
  };
  window.addEventListener("beforeprint", () => {
    if (!stages().some((stage) => stage.isDrawn)) return; // something else is shown, and printed
    dress(true);
    const { canvas, over } = sheetOf(place, stages(), words(), DENSITY);
    sheet.replaceChildren(canvas, over);
    document.body.prepend(sheet);
  });
  window.addEventListener("afterprint", () => {
    if (!sheet.isConnected) return;
    sheet.remove();
    sheet.replaceChildren();
    dress(false);
  });
}
