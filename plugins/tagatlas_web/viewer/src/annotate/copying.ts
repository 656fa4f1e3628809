/** Copies of annotations on another map of the atlas, where their images are there. */

import type { Chart } from "../data/chart";
import { button, choice, count, element, isolated } from "../elements";
import { anchored } from "./anchors";
import { isChange, isDrawn, type Content } from "./content";
import { Changed, Server } from "./server";

/**
 * A list of the other maps, and a button that copies all annotations to one; null where there is none.
 *
 * @param maps the names of all maps.
 * @param all the annotations that there are.
 * @param say told what was done.
 */
export function copying(
  chart: Chart,
  maps: readonly string[],
  all: () => readonly (readonly [id: string, content: Content])[],
  idOf: (row: number) => string,
  say: (news: string) => void,
): HTMLElement | null {
  const others = maps.filter((name) => name !== chart.facts.name);
  if (!others.length) return null;
  const picker = choice("The map to copy to", others);
  const copy = button("Copy", () => {
    copy.disabled = true;
    const map = picker.value;
    const contents = all().flatMap(([id, content]): [string, Content][] => {
      if (isChange(content)) return []; // each map has clusters of its own
      return [[id, isDrawn(content) ? anchored(content, content, chart, idOf) : content]];
    });
    void copied(new Server(map), map, contents)
      .then((number) => say(`${count(number, "annotation")} copied to ${isolated(map)}`))
      .catch((error: Error) => say(`Not copied: ${error.message}`))
      .finally(() => (copy.disabled = false));
  });
  copy.setAttribute("aria-label", "Copy all annotations to this map");
  return element("details", { class: "copying" }, element("summary", {}, "Copy to another map"), element("p", {}, picker, " ", copy));
}

/** Put annotations on a map; how many are there for it. One that was copied before stays as it is there. */
async function copied(server: Server, map: string, contents: readonly [string, Content][]): Promise<number> {
  let number = 0;
  for (const [id, content] of contents) {
    try {
      await server.keep(await idFor(id, map), 0, content);
      number++;
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
    }
  }
  return number;
}

/** The same id each time for a copy on a map. */
async function idFor(id: string, map: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${id} ${map}`)));
  const hex = Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
