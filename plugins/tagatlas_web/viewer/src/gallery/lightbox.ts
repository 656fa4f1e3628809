/** An image large, over the whole page; from it one goes on to the next. */

import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { button, element, foreign, plain } from "../elements";
import { orSaid } from "../trouble";
import { Zoom } from "./zoom";

const STEP = 1.4;
const PAN = 80;
const SMALL_ONLY =
  "This folder has small pictures only: tagatlas export --format web --web-pictures image writes the stored images.";
const MAP_ONLY =
  "This folder has the pictures of the map alone: tagatlas export --format web --web-pictures thumbnail writes larger ones.";

export class Lightbox {
  private readonly dialog: HTMLDialogElement;
  private readonly frame = element("div", { class: "frame" });
  private readonly title = element("h2");
  private readonly place = element("p", { class: "place", role: "status" });
  private readonly note = element("p", { class: "note" });
  private readonly zoom: Zoom;
  private rows: ArrayLike<number> = [];
  private at = 0;

  /** @param closed called with the image that was seen last, and whether it is another one. */
  constructor(
    private readonly model: Model,
    private readonly closed: (row: number, moved: boolean) => void,
  ) {
    this.zoom = new Zoom(this.frame, (step) => this.go(this.at + step));
    const tools = element(
      "div",
      { class: "steps" },
      named(button("‹", () => this.go(this.at - 1)), "Previous image", "Left arrow, or Page Up"),
      named(button("›", () => this.go(this.at + 1)), "Next image", "Right arrow, or Page Down"),
      named(button("−", () => this.zoom.by(1 / STEP)), "Zoom out", "-"),
      named(button("+", () => this.zoom.by(STEP)), "Zoom in", "+"),
      named(button("Fit", () => this.zoom.fit()), "Fit the picture into the window", "0"),
      named(button("Close", () => this.dialog.close()), "Close the large picture", "Escape"),
    );
    const header = element("header", {}, this.title, this.place, tools);
    this.dialog = element("dialog", { class: "lightbox" }, header, this.frame, this.note);
    document.body.append(this.dialog);
    this.dialog.addEventListener("keydown", (event) => this.key(event));
  }

  get isOpen(): boolean {
    return this.dialog.open;
  }

  /**
   * Show an image.
   *
   * @param rows those that one goes on to, in their order; the image is among them, or alone.
   */
  open(row: number, rows: ArrayLike<number>): void {
    const at = Array.prototype.indexOf.call(rows, row);
    this.rows = at < 0 ? [row] : rows;
    this.at = Math.max(at, 0);
    this.dialog.showModal();
    this.dialog.addEventListener("close", () => this.left(row), { once: true });
    this.show();
  }

  private left(first: number): void {
    this.frame.replaceChildren();
    const row = this.rows[this.at]!;
    this.closed(row, row !== first);
  }

  private go(to: number): void {
    if (to < 0 || to >= this.rows.length || to === this.at) return;
    this.at = to;
    this.show();
  }

  private show(): void {
    const row = this.rows[this.at]!;
    if (!this.model.knows(row)) {
      orSaid(this.model.readTextsOf([row]).then(() => this.isOpen && this.rows[this.at] === row && this.show()));
      return;
    }
    const label = this.model.label(row);
    this.title.replaceChildren(foreign(label));
    this.dialog.setAttribute("aria-label", `Large picture of ${label}`);
    this.place.textContent = this.rows.length > 1 ? `${plain(this.at + 1)} of ${plain(this.rows.length)}` : "";
    this.note.textContent = "";
    if (this.model.isHidden(row)) this.say("This image is hidden.");
    else this.load(row, label, this.model.hasStored);
  }

  /** @param stored whether its stored image is to be shown, else the small picture. */
  private load(row: number, label: string, stored: boolean): void {
    const picture = element("img", { alt: label, draggable: "false" });
    picture.addEventListener("error", () => {
      if (!picture.isConnected) return; // another one is shown by now
      if (!stored) return this.say("The picture is not in this folder.");
      this.load(row, label, false);
      this.note.textContent = "The stored image is not in this folder: this is its small picture.";
    });
    if (!this.model.hasStored) this.note.textContent = this.model.hasFiles ? SMALL_ONLY : MAP_ONLY;
    this.frame.replaceChildren(picture);
    this.zoom.show(picture);
    showPicture(picture, stored ? this.model.largest(row) : this.model.picture(row));
  }

  private say(news: string): void {
    this.note.textContent = "";
    this.frame.replaceChildren(element("p", { class: "gone" }, news));
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation(); // no key here is one of the page below
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = this.moves(event.key);
    if (done) event.preventDefault();
  }

  private moves(key: string): boolean {
    const pans: Record<string, [number, number]> = {
      ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN],
    };
    const pan = pans[key];
    if (pan && this.zoom.isEnlarged) this.zoom.pan(...pan);
    else if (key === "ArrowLeft" || key === "ArrowUp" || key === "PageUp") this.go(this.at - 1);
    else if (key === "ArrowRight" || key === "ArrowDown" || key === "PageDown") this.go(this.at + 1);
    else if (key === "Home") this.go(0);
    else if (key === "End") this.go(this.rows.length - 1);
    else if (key === "+" || key === "=") this.zoom.by(STEP);
    else if (key === "-") this.zoom.by(1 / STEP);
    else if (key === "0") this.zoom.fit();
    else return false;
    return true;
  }
}

function named(made: HTMLButtonElement, name: string, key: string): HTMLButtonElement {
  made.title = `${name} (${key})`;
  made.setAttribute("aria-label", made.textContent!.length > 1 ? `${made.textContent}: ${name}` : name);
  return made;
}
