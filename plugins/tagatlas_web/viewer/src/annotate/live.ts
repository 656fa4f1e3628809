/** Annotating a map whose server keeps what is written and drawn. */

import type { Chart } from "../data/chart";
import { button, byId, element, isolated } from "../elements";
import type { Model } from "../data/model";
import type { Stage } from "../map/stage";
import { anchored } from "./anchors";
import { Bar, toolOf } from "./bar";
import { ChangeList } from "./changes";
import { copying } from "./copying";
import { isDrawn, type Content, type Drawn, type Point } from "./content";
import { Editor, type Subject } from "./editor";
import { exports } from "./exports";
import { History } from "./history";
import { Keeper, type Standing } from "./keeper";
import { Naming, type Level } from "./naming";
import { Regrouping } from "./regrouping";
import { rename } from "./renamer";
import { Server } from "./server";
import { Shelf } from "./shelf";
import { Shown } from "./shown";
import { lettersOn } from "./sketch";
import { Pencil, type ToolName } from "./tools";
import { openUnkept, UnkeptList, type UnkeptStore } from "./unkept";

/** Size of letters, in heights of the words of outlines. */
const TEXT_SIZE = 1.2;

export interface LiveActions {
  /** Clusters have other names, or other images. */
  named(): void;
  /** Images are in other clusters. */
  regrouped(): void;
  say(news: string): void;
}

/** The annotations of one map, and the means to change them. */
export class Live {
  private readonly keeper: Keeper;
  private readonly history: History;
  private readonly unkept: UnkeptList;
  private readonly shown: Shown;
  private readonly naming: Naming;
  private readonly regrouping: Regrouping;
  private readonly changes = new ChangeList((id) => this.takeChangeBack(id));
  private readonly editor: Editor;
  private readonly bar = new Bar({
    take: (name) => this.take(name),
    undo: () => this.takeBack(),
    redo: () => this.doAgain(),
  });
  private readonly standing = element("p", { class: "standing", role: "status" });
  private readonly warning = element("p", { class: "warning", role: "alert", hidden: "" });
  private stage: Stage | null = null;
  private chosen: string | null = null;
  private isOld = false;

  static async open(chart: Chart, model: Model, actions: LiveActions): Promise<Live> {
    const { name } = chart.facts;
    const { atlas = "" } = document.documentElement.dataset;
    const shelf = await Shelf.open(atlas, name).catch(() => null);
    const live = new Live(chart, model, new Server(name), shelf, await openUnkept(atlas, name), actions);
    await live.keeper.begin();
    await live.unkept.refresh();
    return live;
  }

  private constructor(
    private readonly chart: Chart,
    private readonly model: Model,
    server: Server,
    shelf: Shelf | null,
    unkept: UnkeptStore,
    private readonly actions: LiveActions,
  ) {
    this.keeper = new Keeper(server, shelf, {
      changed: () => this.refresh(),
      stands: (standing) => this.stands(standing),
      overtaken: (id, mine, theirs) => {
        this.history.overtaken(id, mine, theirs);
        this.setAside(id, mine, "changed in another window");
        this.warn("Changed in another window: theirs is shown, yours is in undo.");
      },
      refused: (id, mine, kept, reason) => {
        this.history.overtaken(id, mine, kept);
        this.setAside(id, mine, reason);
        this.warn(`Not saved, and in undo: ${reason}`);
      },
      remade: () => this.age(),
    });
    this.history = new History(this.keeper);
    this.unkept = new UnkeptList(unkept, {
      now: (id) => this.keeper.get(id),
      putBack: (id, content) => this.change(id, content),
    });
    this.naming = new Naming(chart, this.keeper, (row) => model.id(row));
    this.regrouping = new Regrouping(chart, this.keeper, model);
    this.editor = new Editor({
      changed: (content, writing) => this.write(content, writing),
      done: () => this.finish(),
    });
    this.shown = new Shown(this.keeper, {
      chosen: (id, opened) => this.choose(id, opened),
      changed: (id, content) => this.change(id, content),
    });
    const says = (news: string) => this.actions.say(news);
    this.shown.add(this.standing, this.warning, this.editor.colours, this.unkept.root, this.editor.root, ...this.changes.parts, exports(server, says));
    const maps = model.atlas.maps.map(({ name }) => name);
    const copies = copying(chart, maps, () => this.keeper.all(), (row) => model.id(row), says);
    if (copies) this.shown.add(copies);
    window.addEventListener("pagehide", () => this.editor.finish());
    this.refresh();
  }

  get root(): HTMLElement {
    return this.shown.root;
  }

  attach(stage: Stage): void {
    this.shown.attach(stage);
    this.shown.choose(this.chosen);
  }

  detach(stage: Stage): void {
    if (stage.tool instanceof Pencil) stage.tool = null;
    this.shown.detach(stage);
  }

  /** One works with this map now, on that stage. */
  activate(stage: Stage): void {
    if (this.stage && this.stage !== stage && this.stage.tool instanceof Pencil) this.stage.tool = null;
    this.stage = stage;
    this.shown.activate(stage);
    if (this.bar.root.parentElement !== stage.tools) stage.tools.append(this.bar.root);
  }

  /** One works with another map now. */
  leave(): void {
    this.editor.finish();
    this.bar.root.remove();
  }

  /** A key was pressed on the map; whether it means something here. */
  key(event: KeyboardEvent): boolean {
    const { tool } = this.stage!;
    const found = toolOf(event.key);
    if (event.key === "Enter" && tool instanceof Pencil) tool.place();
    else if (found) this.take(found);
    else return false;
    return true;
  }

  private take(name: ToolName): void {
    const { stage } = this;
    if (this.isOld || !stage) return;
    const { tool } = stage;
    if (tool instanceof Pencil && tool.name === name) {
      stage.tool = null;
      return;
    }
    const put = (points: Point[]) => {
      stage.tool = null;
      this.add(name, points);
    };
    stage.tool = new Pencil(name, stage, put, () => this.bar.press(name, false));
    this.bar.press(name, true);
    stage.focus();
  }

  /** Begin an annotation; what must say something is there when it does. */
  private add(name: ToolName, points: Point[]): void {
    const id = crypto.randomUUID();
    const [place, end] = [points[0]!, points.at(-1)!];
    const { colour } = this.editor;
    const made: Record<ToolName, () => Drawn> = {
      outline: () => ({ kind: "outline", points, colour, text: "" }),
      arrow: () => ({ kind: "arrow", begin: place, end, colour, text: "" }),
      text: () => ({ kind: "text", place, text: "", size: TEXT_SIZE * lettersOn(this.chart.file.bounds), colour }),
      note: () => ({ kind: "note", place, text: "", colour, image: this.imageAt(place), cluster: null }),
    };
    const content = made[name]();
    if (name === "outline" || name === "arrow") this.change(id, content);
    this.chosen = id;
    this.shown.choose(id);
    this.editor.show(content, this.subjects(place), true);
    this.buttons();
  }

  private imageAt([x, y]: Point): string | null {
    const row = this.chart.places.at(x, y);
    return row >= 0 ? this.model.id(row) || null : null;
  }

  /** What a note at a place may be about. */
  private subjects([x, y]: Point): Subject[] {
    const row = this.chart.places.at(x, y);
    const image = this.imageAt([x, y]);
    return [
      { text: "this place", image: null, cluster: null },
      ...(image ? [{ text: `the image ${isolated(this.model.label(row))}`, image, cluster: null }] : []),
      ...this.chart.clusters.map(({ name }, cluster) => ({ text: `the cluster ${isolated(name)}`, image: null, cluster })),
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

  /** The form is done with: back to what was written on. */
  private finish(): void {
    this.choose(null);
    this.stage?.focus();
  }

  private drawn(id: string): Drawn | null {
    const content = this.keeper.get(id);
    return content && isDrawn(content) ? content : null;
  }

  private write(content: Drawn | null, writing: object | null): void {
    if (this.chosen === null) return;
    const id = this.chosen;
    if (!content && !writing) this.choose(null);
    this.change(id, content, writing);
  }

  private change(id: string, content: Content | null, writing: object | null = null, deed: object | null = null): void {
    if (this.isOld) {
      this.refresh();
      return;
    }
    this.warn("");
    const follows = content && isDrawn(content) ? anchored(content, this.drawn(id), this.chart, (row) => this.model.id(row)) : content;
    this.history.change(id, follows, writing, deed);
    this.buttons();
  }

  get canTakeBack(): boolean {
    return !this.isOld && this.history.canUndo;
  }

  get canDoAgain(): boolean {
    return !this.isOld && this.history.canRedo;
  }

  takeBack(): void {
    this.step(() => this.history.undo());
  }

  doAgain(): void {
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
    this.bar.enable({ draw: !this.isOld, undo: this.canTakeBack, redo: this.canDoAgain });
  }

  /** Others, or an earlier life of this window, changed something; or we did. */
  private refresh(): void {
    const regrouped = this.regrouping.apply();
    if (regrouped) this.actions.regrouped();
    if (this.naming.apply() || regrouped) this.actions.named();
    this.changes.show(this.regrouping.all());
    if (!this.unkept.root.hidden) void this.unkept.refresh();
    this.shown.refresh();
    const content = this.chosen === null ? null : this.drawn(this.chosen);
    if (content) this.editor.refresh(content);
    this.shown.choose(this.chosen);
    this.buttons();
  }

  /** Keep what was not saved, beyond this window and its undo. */
  private setAside(id: string, content: Content | null, reason: string): void {
    if (content) void this.unkept.add({ id, content, reason });
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

  /** The map was made again: what would be drawn now would be drawn on another. */
  private age(): void {
    if (this.isOld) return;
    if (this.stage?.tool instanceof Pencil) this.stage.tool = null;
    this.choose(null);
    this.warn("The map was made again. ");
    this.warning.append(button("Show the new one", () => location.reload()));
    this.isOld = true;
    this.buttons();
  }

  /** Move images to the cluster of a name, a new one where none has it; why not, or null. */
  move(rows: ArrayLike<number>, name: string): string | null {
    if (this.isOld) return "the map was made again";
    const moves = this.regrouping.move(rows, name);
    if (typeof moves === "string") return moves;
    const deed = {};
    for (const move of moves) this.change(crypto.randomUUID(), move, null, deed);
    return null;
  }

  /** Merge a cluster into another; why not, or null. */
  merge(number: number, into: number): string | null {
    if (this.isOld) return "the map was made again";
    this.change(crypto.randomUUID(), this.regrouping.merge(number, into));
    return null;
  }

  private takeChangeBack(id: string): void {
    const isOnMap = this.keeper.revisionOf(id) <= this.chart.file.changed;
    this.change(id, null);
    if (isOnMap) this.warn("Taken back: the map follows when tagatlas map makes it again.");
  }

  /** Rename a cluster in place of the element that names it. */
  renameIn(named: HTMLElement, level: Level, number: number): void {
    named.hidden = true;
    rename(
      named.textContent ?? "",
      (field) => named.before(field),
      (name) => this.rename(level, number, name),
      () => {
        named.hidden = false; // or it is another element now, of the new name
        byId("clusters").querySelector<HTMLElement>(`[data-${level}="${number}"]`)?.focus();
      },
    );
  }

  /** Rename the cluster whose name is at a point of the window; whether there is one. */
  renameAt(x: number, y: number): boolean {
    const { root } = this.stage!;
    const named = [...root.querySelectorAll<HTMLElement>(".names span:not([hidden])")].find((each) => {
      const { left, top, right, bottom } = each.getBoundingClientRect();
      return left <= x && x <= right && top <= y && y <= bottom;
    });
    const level = named?.classList.contains("cluster") ? "cluster" : "subcluster";
    const table = level === "cluster" ? this.chart.clusters : this.chart.subclusters;
    const number = table.findIndex(({ name }) => name === named?.textContent);
    if (!named || number < 0 || named.classList.contains("tag")) return false;
    const { left, top, width } = root.getBoundingClientRect();
    const place = named.getBoundingClientRect();
    rename(
      table[number]!.name,
      (field) => {
        field.classList.add("on-map");
        field.style.top = `${place.top - top}px`;
        root.append(field);
        const most = Math.max(width - field.offsetWidth, 0);
        field.style.left = `${Math.min(place.left - left, most)}px`;
      },
      (name) => this.rename(level, number, name),
      () => this.stage?.focus(),
    );
    return true;
  }

  /** Give a name; why it cannot be had, or null. */
  private rename(level: Level, number: number, name: string): string | null {
    if (this.isOld) return "the map was made again";
    const named = this.naming.rename(level, number, name);
    if (typeof named === "string") return named;
    this.change(named.id, named.content);
    return null;
  }
}
