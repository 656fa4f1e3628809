/** Small pictures in a row, each of which opens its image. */

import { button, element } from "../elements";
import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { orSaid } from "../trouble";

export class Thumbnails {
  constructor(
    private readonly model: Model,
    private readonly open: (row: number) => void,
  ) {}

  of(rows: readonly number[]): HTMLElement {
    const line = element("div", { class: "nearest" });
    if (rows.every((row) => this.model.knows(row))) this.fill(line, rows);
    else orSaid(this.model.readTextsOf(rows).then(() => this.fill(line, rows)));
    return line;
  }

  private fill(line: HTMLElement, rows: readonly number[]): void {
    for (const row of rows) {
      const label = this.model.label(row);
      const picture = this.model.isHidden(row)
        ? element("span", { class: "gone" }, "hidden")
        : showPicture(element("img", { alt: "", loading: "lazy" }), this.model.picture(row));
      const opens = button(picture, () => this.open(row));
      opens.title = label;
      opens.setAttribute("aria-label", label);
      line.append(opens);
    }
  }
}
