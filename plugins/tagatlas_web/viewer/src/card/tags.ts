/** The tags of an image by one backend: the best, then the rest folded. */

import type { Scored } from "../data/files";
import { button, count, element, foreign } from "../elements";

const BEST = 8;

/** @param choose called with the label of a tag that is pressed. */
export function tagList(backend: string, tags: readonly Scored[], choose: (label: string) => void): HTMLElement {
  const section = element("section", {}, element("h3", {}, "Tags of ", foreign(backend)));
  const listed = (some: readonly Scored[]) => {
    const list = element("ol", { class: "scores" });
    for (const [label, score] of some) {
      const bar = element("span", { class: "bar" });
      bar.style.setProperty("--score", String(Math.min(Math.max(score, 0), 1)));
      const find = button(foreign(label), () => choose(label));
      list.append(element("li", {}, find, bar, element("span", {}, score.toFixed(2))));
    }
    return list;
  };
  section.append(tags.length ? listed(tags.slice(0, BEST)) : element("p", {}, "nothing seen"));
  const rest = tags.slice(BEST);
  if (rest.length) {
    section.append(element("details", {}, element("summary", {}, count(rest.length, "more tag")), listed(rest)));
  }
  return section;
}
