/** Annotating a map whose server keeps what is written and drawn. */

import { button, byId, element } from "../elements";
import type { Stage } from "../stage";
import type { Content, Drawn, Point } from "./content";
import { Editor, type Subject } from "./editor";
import { exports } from "./exports";
import { History } from "./history";
import { Keeper, type Standing } from "./keeper";
import type { Level } from "./naming";
import { rename } from "./renamer";
import { Server } from "./server";
import { Shelf } from "./shelf";
import { Shown } from "./shown";
import { Pencil, type ToolName } from "./tools";

/** Size of letters, in heights of the words of outlines. */
const TEXT_SIZE = 1.6;
const TOOLS: readonly (readonly [name: ToolName, text: string, key: string, title: string])[] = [
  ["outline", "Outline", "o", "Draw around a part of the map"],
  ["arrow", "Arrow", "a", "Draw an arrow"],
  ["text", "Text", "w", "Write on the map"],
  ["note", "Note", "n", "Attach a note to an image or a place"],
];

export interface LiveActions {
  named(): void;
  say(news: string): void;
}

export class Live {
  private readonly keeper: Keeper;
  private readonly history: History;
  private readonly shown: Shown;
  private readonly editor: Editor;
  private readonly tools = new Map<ToolName, HTMLButtonElement>();
  private readonly undo = button("Undo", () => this.takeBack());
  private readonly redo = button("Redo", () => this.doAgain());
  private readonly standing = element("p", { class: "standing", role: "status" });
  private readonly warning = element("p", { class: "warning", role: "alert", hidden: "" });
  private chosen: string | null = null;
  private isOld = false;

  static async open(stage: Stage, actions: LiveActions): Promise<Live> {
    const { name } = stage.model.map;
    const { atlas = "" } = document.documentElement.dataset;
    const shelf = await Shelf.open(atlas, name).catch(() => null);
    const live = new Live(stage, new Server(name), shelf, actions);
    await live.keeper.begin();
    return live;
  }

  private constructor(
    private readonly stage: Stage,
    server: Server,
    shelf: Shelf | null,
    private readonly actions: LiveActions,
  ) {
    this.keeper = new Keeper(server, shelf, {
      changed: () => this.refresh(),
      stands: (standing) => this.stands(standing),
      overtaken: (id, mine, theirs) => {
        this.history.overtaken(id, mine, theirs);
        this.warn("Changed in another window: theirs is shown, yours is in undo.");
      },
      refused: (reason) => this.warn(`Not saved: ${reason}`),
      anew: () => this.age(),
    });
    this.history = new History(this.keeper);
    this.editor = new Editor({
      changed: (content, writing) => this.write(content, writing),
      coloured: () => {},
      done: () => this.choose(null),
    });
    this.shown = new Shown(stage, this.keeper, {
      named: () => this.actions.named(),
      chosen: (id, opened) => this.choose(id, opened),
      changed: (id, content) => this.change(id, content),
    });
    const says = (news: string) => this.actions.say(news);
    this.shown.add(this.standing, this.warning, this.editor.colours, this.editor.root, exports(server, says));
    stage.root.append(this.bar());
    this.listen();
    this.addRenaming();
    this.refresh();
  }

  private bar(): HTMLElement {
    for (const [name, text, key, title] of TOOLS) {
      const made = button(text, () => this.take(name));
      made.title = `${title} (${key.toUpperCase()})`;
      made.setAttribute("aria-pressed", "false");
      made.setAttribute("aria-keyshortcuts", key);
      this.tools.set(name, made);
    }
    this.undo.title = "Take the last change back (Ctrl+Z)";
    this.redo.title = "Do it again (Ctrl+Shift+Z)";
    return element("nav", { class: "drawing-tools", "aria-label": "Annotate" }, ...this.tools.values(), this.undo, this.redo);
  }

  private listen(): void {
    const { root } = this.stage;
    root.addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !isMap(event.target)) return;
        const { tool } = this.stage;
        const found = TOOLS.find(([, , key]) => key === event.key.toLowerCase());
        if (event.key === "Enter" && tool instanceof Pencil) tool.place();
        else if (found) this.take(found[0]);
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
      { capture: true },
    );
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || isText(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) this.takeBack();
      else if (key === "y" || key === "z") this.doAgain();
      else return;
      event.preventDefault();
    });
    root.addEventListener("dblclick", (event) => {
      if (isMap(event.target)) this.renameAt(event.clientX, event.clientY);
    });
    window.addEventListener("pagehide", () => this.editor.finish());
  }

  private take(name: ToolName): void {
    if (this.isOld) return;
    const { tool } = this.stage;
    if (tool instanceof Pencil && tool.name === name) {
      this.stage.tool = null;
      return;
    }
    const pressed = this.tools.get(name)!;
    const put = (points: Point[]) => {
      this.stage.tool = null;
      this.add(name, points);
    };
    this.stage.tool = new Pencil(name, this.stage, put, () => pressed.setAttribute("aria-pressed", "false"));
    pressed.setAttribute("aria-pressed", "true");
    this.stage.root.querySelector<HTMLElement>("canvas.map")?.focus();
  }

  /** Begin an annotation; what must say something is there when it does. */
  private add(name: ToolName, points: Point[]): void {
    const id = crypto.randomUUID();
    const [place, end] = [points[0]!, points.at(-1)!];
    const { colour } = this.editor;
    const made: Record<ToolName, () => Drawn> = {
      outline: () => ({ kind: "outline", points, colour, text: "" }),
      arrow: () => ({ kind: "arrow", begin: place, end, colour, text: "" }),
      text: () => ({ kind: "text", place, text: "", size: TEXT_SIZE * this.shown.drawings.sketcher.height, colour }),
      note: () => ({ kind: "note", place, text: "", colour, image: this.imageAt(place), cluster: null }),
    };
    const content = made[name]();
    if (name === "outline" || name === "arrow") this.history.change(id, content);
    this.chosen = id;
    this.shown.choose(id);
    this.editor.show(content, this.subjects(place), true);
    this.buttons();
  }

  private imageAt([x, y]: Point): string | null {
    const row = this.stage.places.at(x, y);
    return row >= 0 ? this.stage.model.id(row) || null : null;
  }

  /** What a note at a place may be about. */
  private subjects([x, y]: Point): Subject[] {
    const { model, places } = this.stage;
    const row = places.at(x, y);
    const image = this.imageAt([x, y]);
    return [
      { text: "this place", image: null, cluster: null },
      ...(image ? [{ text: `the image ${model.label(row)}`, image, cluster: null }] : []),
      ...model.map.clusters.map(({ name }, cluster) => ({ text: `the cluster ${name}`, image: null, cluster })),
    ];
  }

  private choose(id: string | null, opened = false): void {
    if (id !== null && id === this.chosen && !opened) return;
    this.editor.finish();
    this.chosen = id;
    this.shown.choose(id);
    const content = id === null ? null : this.drawn(id);
    const place = content?.kind === "note" || content?.kind === "text" ? content.place : ([0, 0] as const);
    const subjects = this.subjects(place);
    if (content?.kind === "note" && content.image && !subjects.some(({ image }) => image === content.image)) {
      subjects.push({ text: "its image", image: content.image, cluster: null });
    }
    this.editor.show(this.isOld ? null : content, subjects, opened);
  }

  private drawn(id: string): Drawn | null {
    const content = this.keeper.get(id);
    return content?.kind === "name" ? null : content;
  }

  private write(content: Drawn | null, writing: object | null): void {
    if (this.chosen === null) return;
    const id = this.chosen;
    if (!content && !writing) this.choose(null);
    this.change(id, content, writing);
  }

  private change(id: string, content: Content | null, writing: object | null = null): void {
    if (this.isOld) {
      this.refresh();
      return;
    }
    this.warn("");
    this.history.change(id, content, writing);
    this.buttons();
  }

  private takeBack(): void {
    this.step(() => this.history.undo());
  }

  private doAgain(): void {
    this.step(() => this.history.redo());
  }

  private step(work: () => boolean): void {
    if (this.isOld) return;
    this.editor.finish();
    this.warn("");
    if (!work()) this.warn("Changed in another window meanwhile: theirs stays.");
    this.buttons();
  }

  private buttons(): void {
    this.undo.disabled = this.isOld || !this.history.canUndo;
    this.redo.disabled = this.isOld || !this.history.canRedo;
    for (const each of this.tools.values()) each.disabled = this.isOld;
  }

  /** Others, or an earlier life of this window, changed something; or we did. */
  private refresh(): void {
    this.shown.refresh();
    const content = this.chosen === null ? null : this.drawn(this.chosen);
    if (content) this.editor.refresh(content);
    this.shown.choose(this.chosen);
    this.buttons();
  }

  private stands({ waiting, away, shelved }: Standing): void {
    const kept = shelved ? "this browser keeps it until then" : "leave this window open";
    const unsaved = away ? `Not saved yet: ${away}; ${kept}` : "Saving…";
    const rest = away ? `Nothing new is seen: ${away}` : "Saved";
    this.standing.textContent = waiting ? unsaved : rest;
    this.standing.classList.toggle("trouble", away !== "");
  }

  private warn(text: string): void {
    if (this.isOld) return;
    this.warning.hidden = !text;
    this.warning.textContent = text;
  }

  /** The map was made anew: what would be drawn now would be drawn on another. */
  private age(): void {
    if (this.isOld) return;
    this.stage.tool = null;
    this.choose(null);
    this.warn("The map was made anew. ");
    this.warning.append(button("Show the new one", () => location.reload()));
    this.isOld = true;
    this.buttons();
  }

  private addRenaming(): void {
    for (const level of ["cluster", "subcluster"] as const) {
      for (const named of byId("clusters").querySelectorAll<HTMLElement>(`[data-${level}]`)) {
        const number = Number(named.dataset[level]);
        const pen = button("✎", () => this.renameIn(named, level, number));
        pen.className = "rename";
        pen.setAttribute("aria-label", `Rename ${named.textContent}`);
        pen.title = "Rename";
        named.after(pen);
      }
    }
  }

  private renameIn(named: HTMLElement, level: Level, number: number): void {
    named.hidden = true;
    rename(
      named.textContent ?? "",
      (field) => named.before(field),
      (name) => this.rename(level, number, name),
      () => {
        named.hidden = false;
        named.focus();
      },
    );
  }

  /** Rename the cluster whose name is at a point of the window. */
  private renameAt(x: number, y: number): void {
    const { root, model } = this.stage;
    const named = [...root.querySelectorAll<HTMLElement>(".names .cluster:not([hidden])")].find((each) => {
      const { left, top, right, bottom } = each.getBoundingClientRect();
      return left <= x && x <= right && top <= y && y <= bottom;
    });
    const number = model.map.clusters.findIndex(({ name }) => name === named?.textContent);
    if (!named || number < 0) return;
    const { left, top } = root.getBoundingClientRect();
    const place = named.getBoundingClientRect();
    rename(
      model.map.clusters[number]!.name,
      (field) => {
        field.classList.add("on-map");
        field.style.left = `${place.left - left}px`;
        field.style.top = `${place.top - top}px`;
        root.append(field);
      },
      (name) => this.rename("cluster", number, name),
      () => root.querySelector<HTMLElement>("canvas.map")?.focus(),
    );
  }

  /** Give a name; why it cannot be had, or null. */
  private rename(level: Level, number: number, name: string): string | null {
    if (this.isOld) return "the map was made anew";
    const named = this.shown.naming.rename(level, number, name);
    if (typeof named === "string") return named;
    this.change(named.id, named.content);
    return null;
  }
}

function isMap(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("canvas.map");
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=radio]), textarea");
}
