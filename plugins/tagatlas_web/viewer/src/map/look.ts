/** The colours of the page, as the scene draws with them. */

import { inkOf, type Look } from "../scene/scene";

/** As the style sheet has them now. */
export function look(): Look {
  const style = getComputedStyle(document.documentElement);
  const ink = (name: string) => inkOf(style.getPropertyValue(name).trim());
  return { paper: ink("--paper"), mark: ink("--mark") };
}
