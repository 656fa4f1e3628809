/** The list of changes of clusters, each of which can be taken back. */

import { button, count, element } from "../elements";
import { same, type ClusterChange } from "./content";
import { told } from "./regrouping";

export class ChangeList {
  readonly root = element("details", { class: "changes" });
  private readonly summary = element("summary");
  private readonly list = element("ul");
  private shown: readonly unknown[] | null = null;
  private readonly due = element("p", { class: "standing" });

  /** @param drop told which one is taken back. */
  constructor(private readonly drop: (id: string) => void) {
    this.root.append(this.summary, this.list);
  }

  /** Both parts, for the page. */
  get parts(): HTMLElement[] {
    return [this.due, this.root];
  }

  show(changes: readonly [id: string, change: ClusterChange, isOnMap: boolean][]): void {
    if (same(changes, this.shown)) return; // what has the focus keeps it
    this.shown = changes;
    const waiting = changes.filter(([, , isOnMap]) => !isOnMap).length;
    this.due.hidden = waiting === 0;
    this.due.textContent = `${count(waiting, "change")} of clusters ${waiting === 1 ? "is" : "are"} saved. Places and outlines follow when you run tagatlas map.`;
    this.root.hidden = changes.length === 0;
    this.summary.textContent = `Clusters changed by hand (${changes.length})`;
    this.list.replaceChildren(
      ...changes.map(([id, change]) => {
        const words = told(change);
        const drop = button("Take back", () => this.drop(id));
        drop.setAttribute("aria-label", `Take back: ${words}`);
        return element("li", {}, words, " ", drop);
      }),
    );
  }
}
