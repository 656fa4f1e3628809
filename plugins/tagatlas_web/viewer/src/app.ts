/** The maps and what is around them, put together. */

import { Annotating, isLive } from "./annotate";
import { Card } from "./card/card";
import type { Chart } from "./data/chart";
import { Conditions } from "./find/conditions";
import { save } from "./find/csv";
import { inCluster, inSubcluster, ofRows, surrounded, tagged } from "./find/kinds";
import { Ways } from "./find/ways";
import { byId, count, isolated } from "./elements";
import { Hiding } from "./side/hiding";
import { hearChosen, isEmbedded, tellChosen } from "./data/host";
import type { Model } from "./data/model";
import type { Name } from "./map/names";
import { Shade } from "./scene/sprites";
import { scoresOf } from "./find/ranking";
import { areMany, touched } from "./data/wanted";
import { selectionTable } from "./find/selection";
import { Help, inWords } from "./keys/help";
import { listenForKeys } from "./keys/keys";
import { keysOf } from "./keys/list";
import { schemeChoice } from "./keys/scheme";
import { Side } from "./side/side";
import type { Stage } from "./map/stage";
import { Stages } from "./map/stages";

const LINK_AFTER_MS = 120;

type Level = "cluster" | "subcluster";

export class App {
  readonly stages: Stages;
  private readonly card: Card;
  private readonly side: Side;
  private readonly conditions: Conditions;
  private readonly ways: Ways;
  private readonly annotating: Annotating;
  private chosen: Uint32Array | null = null;
  private states: Float32Array;
  private readonly texts: Promise<void>;
  private hovered = -1;
  private opened = -1;
  private linking = 0;

  /** @param first the map to begin with. */
  constructor(
    private readonly model: Model,
    first: Chart,
  ) {
    this.states = new Float32Array(model.count).fill(Shade.Plain);
    this.conditions = new Conditions(model.count, () => this.choose());
    this.ways = new Ways(this.conditions);
    this.stages = new Stages(byId("stages"), model, first, {
      changed: () => this.turned(),
      begun: (stage) => stage.shade(this.states),
      kept: () => this.opened,
      hovered: (row) => this.hover(row),
      picked: (row, how) => (row >= 0 ? this.open(row, how) : this.close()),
      named: (name) => this.chooseNamed(name),
      surrounded: (rows, words) => this.surround(rows, words),
      key: (event) => this.key(event),
      say: (news) => this.say(news),
    });
    const hiding = new Hiding(model, (news) => this.say(news));
    byId("hiding").append(...hiding.forChosen(() => this.chosen ?? []));
    this.card = new Card(byId("card"), model, {
      open: (row) => this.open(row, "elsewhere"),
      tag: (label) => void this.chooseTag(label),
      cluster: (chart, level, number) => this.chooseCluster(chart, level, number, false),
      hiding: (row) => hiding.forImage(row),
      close: () => this.close(),
    });
    this.side = new Side(model, this.conditions, this.ways, {
      visit: (rows) => this.visit(rows),
      open: (row) => this.open(row, "elsewhere"),
      cluster: (level, number) => this.chooseCluster(this.stages.active.chart, level, number, true),
      rename: isLive() ? (level, number, named) => this.annotating.rename(level, number, named) : null,
      regroup: isLive()
        ? {
            move: (rows, name) => this.annotating.move(rows, name),
            merge: (number, into) => this.annotating.merge(number, into),
          }
        : null,
      save: () => void this.save(),
    });
    this.side.list(first);
    this.annotating = new Annotating(this.stages, model, {
      named: (chart) => this.renamed(chart),
      regrouped: (chart) => this.stages.regrouped(chart),
      say: (news) => this.say(news),
    });
    this.addSettings(first);
    const drawn = this.stages.active.load();
    const later = areMany(model.count);
    this.texts = drawn.then(() => (later ? touched() : undefined)).then(() => model.readTexts());
    if (later) void drawn.then(() => (document.documentElement.dataset.ready = "yes"));
    void this.texts
      .then(() => this.annotating.turned())
      .then(() => {
        hearChosen((ids) => this.chooseInNotebook(ids));
        document.documentElement.dataset.ready = "yes";
      });
  }

  /** The clusters of a map are called otherwise. */
  renamed(chart: Chart): void {
    this.stages.all.filter((stage) => stage.chart === chart).forEach((stage) => stage.renamed());
    if (this.stages.active.chart === chart) this.side.list(chart);
  }

  private addSettings(first: Chart): void {
    const { maps } = this.model.atlas;
    const keys = keysOf({ maps: maps.length, isLive: isLive(), nodes: `${first.facts.node}s` });
    const help = new Help(keys);
    byId("keys").textContent = inWords(keys);
    const scheme = schemeChoice(() => this.stages.all.forEach((stage) => stage.restyle()));
    byId("settings").append(help.button, scheme);
    listenForKeys({
      map: () => this.stages.active.root.querySelector<HTMLElement>("canvas.map")!,
      help: () => help.open(),
    });
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    if (this.card.isShown) this.close();
    else this.conditions.clear();
  }

  /** Other maps are shown, or another is worked with. */
  private turned(): void {
    void this.texts.then(() => this.annotating.turned());
    this.side.list(this.stages.active.chart);
    this.side.show(this.chosen, this.stages.active.chart);
    if (this.opened >= 0) void this.card.image(this.opened, this.stages.charts);
    this.frame();
    this.link();
  }

  private hover(row: number): void {
    this.hovered = row;
    this.frame();
    clearTimeout(this.linking);
    this.linking = setTimeout(() => this.link(), LINK_AFTER_MS);
  }

  private frame(): void {
    const rows = [...new Set([this.opened, this.hovered])].filter((row) => row >= 0);
    for (const stage of this.stages.all) stage.frame(rows);
  }

  /** Draw the links of the image under the pointer, else of the one that is open. */
  private link(): void {
    const row = this.hovered >= 0 ? this.hovered : this.opened;
    for (const stage of this.stages.all) void this.linkOn(stage, row);
  }

  private async linkOn(stage: Stage, row: number): Promise<void> {
    const { chart } = stage;
    const near = row >= 0 && chart.has(row) ? await this.model.near(chart.number, row) : null;
    if (stage.chart !== chart || row !== (this.hovered >= 0 ? this.hovered : this.opened)) return;
    if (near) stage.link(row, near.linked, near.joined);
    else stage.unlink();
  }

  private open(row: number, how: "pointer" | "keys" | "elsewhere"): void {
    this.opened = row;
    this.frame();
    this.link();
    void this.card.image(row, this.stages.charts).then(() => {
      if (how === "keys") this.card.focus();
      for (const stage of this.stages.all) {
        if (how === "elsewhere") stage.approach(row);
        else stage.reveal(row);
      }
    });
    this.say(`${isolated(this.model.label(row))} is open`);
  }

  private close(): void {
    const hadFocus = byId("card").contains(document.activeElement);
    this.opened = -1;
    this.say("");
    this.card.hide();
    this.frame();
    this.link();
    if (hadFocus) this.stages.active.focus();
  }

  private visit(rows: ArrayLike<number>): void {
    for (const stage of this.stages.all) stage.visit(rows);
  }

  private chooseNamed(name: Name): void {
    const { chart } = this.stages.active;
    const { kind, number } = name;
    const { mode } = this.ways;
    if (kind === "tag") void this.chooseTag(name.text);
    else this.annotating.unlessRenamed(() => this.chooseCluster(chart, kind, number, false, mode));
  }

  private chooseCluster(chart: Chart, level: Level, number: number, visit: boolean, mode = this.ways.mode): void {
    this.opened = -1;
    this.conditions.put((level === "cluster" ? inCluster : inSubcluster)(this.model, chart, number), mode);
    this.frame();
    this.link();
    void this.card.cluster(chart, level, number).then(() => {
      if (visit && this.chosen?.length) for (const stage of this.stages.all) stage.visit(this.chosen, stage.chart === chart ? { kind: level, number } : null);
    });
  }

  private async chooseTag(label: string): Promise<void> {
    const { mode } = this.ways;
    this.opened = -1;
    this.frame();
    this.link();
    this.conditions.put(await tagged(this.model, this.stages.active.chart, label), mode);
    await this.card.tag(label, this.stages.active.chart);
  }

  private choose(): void {
    this.chosen = this.conditions.chosen();
    this.states = new Float32Array(this.model.count).fill(this.chosen ? Shade.Faded : Shade.Plain);
    for (const row of this.chosen ?? []) this.states[row] = Shade.Marked;
    for (const stage of this.stages.all) stage.shade(this.states);
    this.side.show(this.chosen, this.stages.active.chart);
    this.say(this.chosen ? `${count(this.chosen.length, "image")} chosen` : "");
    if (isEmbedded) void this.tell();
  }

  private async tell(): Promise<void> {
    const chosen = this.chosen;
    await this.texts;
    if (chosen === this.chosen) tellChosen(Array.from(chosen ?? [], (row) => this.model.id(row)));
  }

  private chooseInNotebook(ids: readonly string[]): void {
    const rows = this.model.rows(ids);
    if (ids.length) this.conditions.only(ofRows("notebook", "chosen in the notebook", this.model.count, rows));
    else if (this.chosen) this.conditions.clear();
  }

  private surround(rows: number[], words: string): void {
    const { mode } = this.ways;
    this.conditions.put(surrounded(this.model, words, rows, (key) => {
      const standing = this.conditions.get(key);
      return standing !== null && (mode !== "narrow" || standing.mode !== "narrow");
    }), mode);
  }

  private async save(): Promise<void> {
    const table = await selectionTable(this.model, this.stages.charts, this.chosen ?? [], scoresOf(this.conditions.all));
    save(`${this.model.atlas.title} selection.csv`, table);
  }

  private say(news: string): void {
    byId("news").textContent = news;
  }
}
