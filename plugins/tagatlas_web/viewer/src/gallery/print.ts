/** A gallery on paper: all its pictures with their captions, on a page without the rest. */

import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { count, element, foreign, isolated, plain } from "../elements";

const MOST = 2000;

export interface PrintedFacts {
  /** Whether the gallery is what a print would show. */
  isShown(): boolean;
  rows(): ArrayLike<number>;
  /** What chose the images, in words; empty where all are shown. */
  conditions(): string;
  caption(row: number): string;
}

export class Printed {
  private readonly root = element("section", { id: "printed", "aria-hidden": "true" });

  constructor(
    private readonly model: Model,
    private readonly facts: PrintedFacts,
  ) {
    document.body.append(this.root);
    window.addEventListener("beforeprint", () => {
      if (this.facts.isShown() && !this.root.childElementCount) this.put();
    });
    window.addEventListener("afterprint", () => this.clear());
  }

  /** Print it when all its pictures are there. */
  async print(): Promise<void> {
    await this.model.readTextsOf(Array.from(this.facts.rows()).slice(0, MOST));
    await Promise.all(this.put());
    window.print();
  }

  /** @returns when each picture is there, or known to be missing. */
  private put(): Promise<void>[] {
    const { facts } = this;
    const { title, credit } = this.model.atlas;
    const rows = Array.from(facts.rows()).slice(0, MOST);
    const all = facts.rows().length;
    const size = count(rows.length, "image") + (all > rows.length ? `, the first of ${plain(all)}` : "");
    const words = [size, facts.conditions(), credit && isolated(credit)].filter(Boolean);
    const pictures = rows.filter((row) => !this.model.isHidden(row)).map((row) => this.figure(row));
    this.root.replaceChildren(
      element("h1", {}, foreign(title)),
      element("p", {}, words.join(" · ")),
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
    const caption = element("figcaption", {}, foreign(this.model.label(row)), " ", element("small", {}, this.facts.caption(row)));
    return [element("figure", {}, picture, caption), there];
  }

  private clear(): void {
    this.root.replaceChildren();
    document.documentElement.classList.remove("printing-gallery");
  }
}
