/** A gallery on paper: all its pictures with their captions, on a page without the rest. */

import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { count, element, foreign, plain } from "../elements";

const MOST = 2000;

export class Printed {
  private readonly root = element("section", { id: "printed", "aria-hidden": "true" });

  /** @param isShown whether the gallery is what a print would show. */
  constructor(
    private readonly model: Model,
    private readonly isShown: () => boolean,
    private readonly rows: () => ArrayLike<number>,
    private readonly caption: (row: number) => string,
  ) {
    document.body.append(this.root);
    window.addEventListener("beforeprint", () => {
      if (this.isShown() && !this.root.childElementCount) this.put();
    });
    window.addEventListener("afterprint", () => this.clear());
  }

  /** Print it when all its pictures are there. */
  async print(): Promise<void> {
    await Promise.all(this.put());
    window.print();
  }

  /** @returns when each picture is there, or known to be missing. */
  private put(): Promise<void>[] {
    const rows = Array.from(this.rows()).slice(0, MOST);
    const left = this.rows().length - rows.length;
    const pictures = rows.filter((row) => !this.model.isHidden(row)).map((row) => this.figure(row));
    this.root.replaceChildren(
      element("h1", {}, foreign(this.model.atlas.title)),
      element("p", {}, count(rows.length, "image"), left ? `, the first of ${plain(rows.length + left)}` : ""),
      element("div", {}, ...pictures.map(([shown]) => shown)),
    );
    document.documentElement.classList.add("printing-gallery");
    return pictures.map(([, there]) => there);
  }

  private figure(row: number): [HTMLElement, Promise<void>] {
    const picture = element("img", { alt: "" });
    const there = new Promise<void>((done) => {
      let isAgain = false;
      picture.addEventListener("load", () => done());
      picture.addEventListener("error", () => {
        if (isAgain) return done();
        isAgain = true; // a browser that reads hundreds of files at once may give one up
        showPicture(picture, this.model.picture(row));
      });
    });
    showPicture(picture, this.model.picture(row));
    const caption = element("figcaption", {}, foreign(this.model.label(row)), " ", element("small", {}, this.caption(row)));
    return [element("figure", {}, picture, caption), there];
  }

  private clear(): void {
    this.root.replaceChildren();
    document.documentElement.classList.remove("printing-gallery");
  }
}
