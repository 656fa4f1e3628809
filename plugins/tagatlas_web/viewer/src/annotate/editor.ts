/** What an annotation says, its colour, and what it is about: a form beside the map. */

import { button, element, foreign } from "../elements";
import { COLOURS, lettered, LONGEST_TEXT, widened, type Drawn, type Note, type Outline } from "./content";

const PAUSE_MS = 350;
const SIZE_STEP = 1.25;
const WIDTH_STEP = 1.5;
const WHAT = { outline: "Outline", arrow: "Arrow", text: "Text", note: "Note" };

export interface EditorActions {
  /** It says something else; null removes it. `writing` is the same for one piece of writing. */
  changed(content: Drawn | null, writing: object | null): void;
  done(): void;
}

/** Something that a note can be about. */
export interface Subject {
  text: string;
  image: string | null;
  cluster: number | null;
}

export class Editor {
  readonly root = element("form", { class: "writing" });
  readonly colours: HTMLElement;
  private readonly text = element("textarea", { rows: "3", maxlength: String(LONGEST_TEXT), dir: "auto" });
  private content: Drawn | null = null;
  private writing: object = {};
  private due = 0;

  constructor(private readonly actions: EditorActions) {
    this.colours = element("fieldset", { class: "colours" }, element("legend", {}, "Colour"), ...COLOURS.map(swatch));
    this.colours.addEventListener("change", () => this.recolour());
    this.root.hidden = true;
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.actions.done();
    });
    this.text.addEventListener("input", () => {
      window.clearTimeout(this.due);
      this.due = window.setTimeout(() => this.write(), PAUSE_MS);
    });
    this.text.addEventListener("change", () => this.write());
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        event.stopPropagation();
        this.actions.done();
      }
    });
  }

  get colour(): string {
    return this.colours.querySelector<HTMLInputElement>("input:checked")?.value ?? COLOURS[0]![0];
  }

  /**
   * Show an annotation, or one that is begun; null closes the form.
   *
   * @param subjects what a note may be about.
   */
  show(content: Drawn | null, subjects: readonly Subject[], focus: boolean): void {
    this.finish();
    this.content = content;
    this.writing = {};
    this.root.hidden = content === null;
    if (!content) return;
    this.check(content.colour);
    this.text.value = content.text;
    this.text.setAttribute("aria-label", `${WHAT[content.kind]}: text`);
    const needed = content.kind === "text" || content.kind === "note";
    this.text.placeholder = needed ? "What it says" : "What it says, if anything";
    const parts: HTMLElement[] = [element("h3", {}, WHAT[content.kind]), this.text];
    if (content.kind !== "note") parts.push(this.sizes(content));
    if (content.kind === "note") parts.push(this.about(content, subjects));
    const remove = button("Delete", () => this.actions.changed(null, null));
    remove.className = "remove";
    const done = element("button", { type: "submit", class: "done" }, "Done");
    this.root.replaceChildren(...parts, element("p", { class: "ends" }, remove, done));
    if (focus) this.text.focus();
  }

  /** The annotation is another now, by a hand on the map or by somebody else. */
  refresh(content: Drawn): void {
    if (!this.content || this.root.hidden) return;
    const written = this.text.value !== this.content.text;
    this.content = content;
    this.check(content.colour);
    if (!written) this.text.value = content.text;
  }

  /** Take over what was written and is not kept yet. */
  finish(): void {
    if (this.due && this.content) this.write();
  }

  private write(): void {
    window.clearTimeout(this.due);
    this.due = 0;
    const { content } = this;
    if (!content || this.text.value === content.text) return;
    const needed = content.kind === "text" || content.kind === "note";
    this.content = { ...content, text: this.text.value };
    this.actions.changed(needed && !this.text.value ? null : this.content, this.writing);
  }

  private check(colour: string): void {
    for (const each of this.colours.querySelectorAll("input")) each.checked = each.value === colour;
  }

  private recolour(): void {
    this.edit((content) => ({ ...content, colour: this.colour }));
  }

  private edit(by: (content: Drawn) => Drawn): void {
    this.finish();
    if (!this.content) return;
    this.content = by(this.content);
    const blank = this.content.kind === "text" || this.content.kind === "note" ? !this.content.text : false;
    if (!blank) this.actions.changed(this.content, null);
  }

  /** Buttons for the size of letters and the width of the line; a switch for the inside of outlines. */
  private sizes(content: Drawn): HTMLElement {
    const turn = (text: string, label: string, by: (content: Drawn) => Drawn) => {
      const made = button(text, () => this.edit(by));
      made.setAttribute("aria-label", `${text} ${label}`);
      made.title = label;
      return made;
    };
    const parts: HTMLElement[] = [
      turn("A−", "Smaller letters", (drawn) => lettered(drawn, 1 / SIZE_STEP)),
      turn("A+", "Larger letters", (drawn) => lettered(drawn, SIZE_STEP)),
    ];
    if (content.kind !== "text") {
      parts.push(
        turn("Line −", "Thinner line", (drawn) => widened(drawn, 1 / WIDTH_STEP)),
        turn("Line +", "Wider line", (drawn) => widened(drawn, WIDTH_STEP)),
      );
    }
    if (content.kind === "outline") parts.push(this.filling(content));
    return element("p", { class: "sizes" }, ...parts);
  }

  private filling(outline: Outline): HTMLElement {
    const input = element("input", { type: "checkbox" });
    input.checked = outline.fill === true;
    input.addEventListener("change", () => this.edit((content) => ({ ...(content as Outline), fill: input.checked })));
    return element("label", {}, input, "Fill");
  }

  private about(note: Note, subjects: readonly Subject[]): HTMLElement {
    const choice = element("select", {});
    subjects.forEach(({ text, image, cluster }, at) => {
      const option = element("option", { value: String(at), dir: "auto" }, text);
      option.selected = image === note.image && cluster === note.cluster;
      choice.append(option);
    });
    choice.addEventListener("change", () => {
      const { image, cluster } = subjects[Number(choice.value)]!;
      this.edit((content) => ({ ...(content as Note), image, cluster }));
    });
    return element("label", {}, "About ", choice);
  }
}

function swatch([colour, name]: readonly [string, string], number: number): HTMLElement {
  const input = element("input", { type: "radio", name: "colour", value: colour, "aria-label": name, title: name });
  input.checked = number === 0;
  input.style.setProperty("--ink", colour);
  return input;
}

/** A line of the list: what an annotation is and says. */
export function entry(content: Drawn, number: number, pressed: () => void): HTMLLIElement {
  const mark = element("span", { class: "mark", "aria-hidden": "true" }, content.kind === "note" ? String(number) : MARKS[content.kind]);
  mark.style.setProperty("--ink", content.colour);
  const said = content.text.trim();
  const text = said ? foreign(said) : element("span", { class: "size" }, WHAT[content.kind]);
  const show = button(mark, pressed);
  const what = `${WHAT[content.kind]}${content.kind === "note" ? ` ${number}` : ""}: `;
  show.append(...(said ? [element("span", { class: "unseen" }, what), text] : [text]));
  return element("li", { class: content.kind }, show);
}

const MARKS = { outline: "◯", arrow: "↗", text: "T" };
