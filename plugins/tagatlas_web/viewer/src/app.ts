/** The maps and what is around them, put together. */

import { Annotating } from "./annotate";
import { Page, type Opened } from "./address/page";
import { copyLink } from "./address/sharing";
import { Trail } from "./address/trail";
import { Card } from "./card/card";
import type { Chart } from "./data/chart";
import { Conditions, stepWords } from "./find/conditions";
import { save } from "./find/csv";
import { inCluster, inSubcluster, listed, surrounded, tagged } from "./find/kinds";
import { Ways } from "./find/ways";
import { byId, count, isolated, plain } from "./elements";
import { orSaid, tellMissing } from "./trouble";
import { Hiding } from "./side/hiding";
import { Panels } from "./gallery/panels";
import { hearChosen, isEmbedded, isLive, tellChosen } from "./data/host";
import type { Model } from "./data/model";
import { savesImage } from "./looks/image";
import { Looks } from "./looks/looks";
import { printsSheets } from "./looks/printing";
import { wordsBelow } from "./looks/sheet";
import type { Name } from "./map/names";
import { Sharp } from "./scene/sharp";
import { Shade } from "./scene/sprites";
import { scoresOf } from "./find/ranking";
import { areMany, touched } from "./data/wanted";
import { recordsTable, selectionTable } from "./find/selection";
import { Help, inWords } from "./keys/help";
import { listenForKeys } from "./keys/keys";
import { keysOf } from "./keys/list";
import { schemeChoice } from "./keys/scheme";
import { Side } from "./side/side";
import type { Stage } from "./map/stage";
import { Stages } from "./map/stages";

const LINK_AFTER_MS = 120;
/** Of a map in tiles, whose ids and places are read for it. */
const MOST_SAVED = 200_000;

type Level = "cluster" | "subcluster";

export class App {
  readonly stages: Stages;
  private readonly card: Card;
  private readonly panels: Panels;
  private readonly side: Side;
  private readonly conditions: Conditions;
  private readonly ways: Ways;
  private readonly annotating: Annotating;
  private chosen: Uint32Array | null = null;
  private states: Float32Array;
  private readonly texts: Promise<void>;
  private hovered = -1;
  private opened = -1;
  /** What the card shows that is no image. */
  private described: Opened | null = null;
  private readonly trail: Trail;
  private readonly looks: Looks;
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
      begun: (stage) => this.begun(stage),
      kept: () => this.opened,
      hovered: (row) => this.hover(row),
      picked: (row, how) => (row >= 0 ? orSaid(this.open(row, how)) : this.close()),
      named: (name) => this.chooseNamed(name),
      surrounded: (ring, words) => this.surround(ring, words),
      key: (event) => this.key(event),
      say: (news) => this.say(news),
    });
    const hiding = new Hiding(model, (news) => this.say(news));
    byId("hiding").append(...hiding.forChosen(() => this.chosen ?? []));
    this.panels = new Panels(model, {
      stage: () => this.stages.active,
      ready: () => this.texts,
      chosen: () => this.chosen,
      choose: (rows, words) => this.chooseRows(rows, words),
      scores: () => scoresOf(this.conditions.all),
      conditions: () => this.conditionsInWords(),
      open: (row) => this.open(row, "elsewhere"),
      focusPicture: () => this.card.focusPicture(),
      closeCard: () => {
        const isShown = this.card.isShown;
        if (isShown) this.close();
        return isShown;
      },
      changed: () => this.trail.note(),
      say: (news) => this.say(news),
    });
    this.card = new Card(byId("card"), model, {
      open: (row) => orSaid(this.open(row, "elsewhere")),
      enlarge: (row) => this.panels.enlarge(row, true),
      choose: (rows, words) => this.chooseRows(rows, words),
      tag: (label) => orSaid(this.chooseTag(label)),
      cluster: (chart, level, number) => this.chooseCluster(chart, level, number, false),
      hiding: (row) => hiding.forImage(row),
      close: () => this.close(),
    });
    this.side = new Side(model, this.conditions, this.ways, {
      visit: (rows) => this.visit(rows),
      open: (row) => orSaid(this.open(row, "elsewhere")),
      cluster: (level, number) => this.chooseCluster(this.stages.active.chart, level, number, true),
      rename: isLive() ? (level, number, named) => this.annotating.rename(level, number, named) : null,
      regroup: isLive() && !model.isTiled
        ? {
            move: (rows, name) => this.annotating.move(rows, name),
            merge: (number, into) => this.annotating.merge(number, into),
          }
        : null,
      save: () => orSaid(this.save()),
      saveRecords: () => orSaid(this.saveRecords()),
    });
    this.side.list(first);
    this.annotating = new Annotating(this.stages, model, {
      named: (chart) => this.renamed(chart),
      regrouped: (chart) => this.stages.regrouped(chart),
      say: (news) => this.say(news),
    });
    this.addSettings(first);
    this.looks = new Looks(byId("looks"), model, this.stages, {
      chosen: (condition) => this.conditions.put(condition, this.ways.mode),
      kept: () => this.opened,
      say: (news) => this.say(news),
    });
    const page = new Page(model, this.stages, this.conditions, this.looks, {
      panel: () => this.panels.term,
      showPanel: (panel) => this.panels.show(panel),
      opened: () => (this.opened >= 0 ? { kind: "image", row: this.opened } : this.described),
      open: (opened) => this.reopen(opened),
    });
    this.trail = new Trail({
      now: () => page.now(),
      steps: () => page.steps,
      show: (address, known) => this.texts.then(() => page.show(address, known)),
      say: (news) => this.say(news),
    });
    this.share(() => page.unsaid);
    this.begun(this.stages.active);
    const drawn = this.stages.active.load();
    const later = areMany(model.count) && this.stages.active.isDrawn;
    this.texts = drawn.then(() => (later ? touched() : undefined)).then(() => model.readTexts()).catch((error: unknown) => {
      if (!tellMissing(error)) throw error;
    });
    if (later) orSaid(drawn.then(() => (document.documentElement.dataset.ready = "yes")));
    void this.texts
      .then(() => this.annotating.turned())
      .then(() => this.trail.begin())
      .then(() => {
        hearChosen((ids) => orSaid(this.chooseInNotebook(ids)));
        if (!this.stages.active.isDrawn) this.panels.doWithoutMap();
        document.documentElement.dataset.ready = "yes";
      });
  }

  private sharpen(stage: Stage): void {
    if (stage.isDrawn) new Sharp(stage, (row) => this.states[row] === Shade.Faded);
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

  /** Ways to take what is seen elsewhere. @param unsaid conditions that a link does not hold. */
  private share(unsaid: () => readonly string[]): void {
    const [place, say] = [byId("stages"), (news: string) => this.say(news)];
    const stages = () => this.stages.all;
    const words = () => wordsBelow(this.model, this.stages.all, this.chosenWords(), this.looks.legendOfSheet);
    const name = () => `${this.model.atlas.title} ${this.stages.active.chart.facts.name}`;
    const copying = copyLink(() => this.trail.link, unsaid, say);
    byId("sharing").append(...(copying ? [copying, " "] : []), savesImage({ place, stages, words, name, say }));
    printsSheets(place, () => (this.panels.coverMap ? [] : stages()), words);
  }

  /** What is chosen, for those who only have a picture. */
  private chosenWords(): string {
    return this.chosen ? `${count(this.chosen.length, "image")} marked: ${this.conditionsInWords()}` : "";
  }

  private conditionsInWords(): string {
    return this.conditions.all.map((step, at) => isolated(stepWords(step, at === 0))).join(", ");
  }

  private begun(stage: Stage): void {
    stage.shade(this.states);
    this.sharpen(stage);
    stage.layers.push({ draw: () => this.trail.note() });
    this.looks.begun(stage);
  }

  private key(event: KeyboardEvent): void {
    if (event.key.toLowerCase() === "p") return this.panels.toggleGallery();
    if (event.key !== "Escape") return;
    if (this.card.isShown) this.close();
    else if (!this.panels.leave()) this.conditions.clear();
  }

  /** Other maps are shown, or another is worked with. */
  private turned(): void {
    orSaid(this.texts.then(() => this.annotating.turned()));
    this.side.list(this.stages.active.chart);
    this.side.show(this.chosen, this.stages.active.chart);
    this.looks.turned();
    this.panels.refresh();
    if (this.opened >= 0) orSaid(this.card.image(this.opened, this.stages.charts));
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
    for (const stage of this.stages.all) orSaid(this.linkOn(stage, row));
  }

  private async linkOn(stage: Stage, row: number): Promise<void> {
    const { chart } = stage;
    const near = row >= 0 && chart.has(row) ? await this.model.near(chart.number, row) : null;
    if (stage.chart !== chart || row !== (this.hovered >= 0 ? this.hovered : this.opened)) return;
    if (near) stage.link(row, near.linked, near.joined);
    else stage.unlink();
  }

  /** Open a card again, while the map stays as it is. */
  private async reopen(opened: Opened | null): Promise<void> {
    if (!opened) this.close();
    else if (opened.kind === "image") await this.open(opened.row, "again");
    else if (opened.kind === "tag") await this.describeTag(opened.label);
    else await this.describe(await this.model.chart(opened.map), opened.kind, opened.number);
  }

  private async open(row: number, how: "pointer" | "keys" | "elsewhere" | "again"): Promise<void> {
    this.opened = row;
    if (this.model.isTiled) {
      await Promise.all([this.model.readTextsOf([row]), ...this.stages.charts.map((chart) => chart.reach([row]))]);
      if (this.opened !== row) return;
    }
    this.frame();
    this.link();
    const filled = this.card.image(row, this.stages.charts).then(() => {
      if (this.opened !== row) return;
      if (how === "keys") this.card.focus();
      for (const stage of this.stages.all) {
        if (how === "elsewhere") stage.approach(row);
        else if (how !== "again") stage.reveal(row);
      }
    });
    this.say(`${isolated(this.model.label(row))} is open`);
    await filled;
  }

  private chooseRows(rows: readonly number[], words: string): void {
    this.conditions.only(listed(this.model, "picked", words, rows));
  }

  private close(): void {
    const hadFocus = byId("card").contains(document.activeElement);
    this.opened = -1;
    this.described = null;
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
    if (kind === "tag") orSaid(this.chooseTag(name.text));
    else this.annotating.unlessRenamed(() => this.chooseCluster(chart, kind, number, false, mode));
  }

  private chooseCluster(chart: Chart, level: Level, number: number, visit: boolean, mode = this.ways.mode): void {
    this.conditions.put((level === "cluster" ? inCluster : inSubcluster)(this.model, chart, number), mode);
    orSaid(this.describe(chart, level, number).then(() => {
      if (visit && this.chosen?.length) for (const stage of this.stages.all) stage.visit(this.chosen, stage.chart === chart ? { kind: level, number } : null);
    }));
  }

  private async chooseTag(label: string): Promise<void> {
    const { mode } = this.ways;
    this.conditions.put(await tagged(this.model, this.stages.active.chart, label), mode);
    await this.describeTag(label);
  }

  /** Show the card of a cluster. */
  private describe(chart: Chart, level: Level, number: number): Promise<void> {
    this.show({ kind: level, map: chart.number, number });
    return this.card.cluster(chart, level, number);
  }

  private describeTag(label: string): Promise<void> {
    this.show({ kind: "tag", label });
    return this.card.tag(label, this.stages.active.chart);
  }

  private show(described: Opened): void {
    this.opened = -1;
    this.described = described;
    this.frame();
    this.link();
  }

  private choose(): void {
    this.chosen = this.conditions.chosen();
    this.states = new Float32Array(this.model.count).fill(this.chosen ? Shade.Faded : Shade.Plain);
    for (const row of this.chosen ?? []) this.states[row] = Shade.Marked;
    for (const stage of this.stages.all) stage.shade(this.states);
    this.side.show(this.chosen, this.stages.active.chart);
    this.looks.show(this.chosen);
    this.say(this.chosen ? `${count(this.chosen.length, "image")} chosen` : "");
    this.panels.refresh();
    if (isEmbedded) void this.tell();
  }

  private async tell(): Promise<void> {
    const chosen = this.chosen;
    await this.texts;
    await this.model.readTextsOf(chosen ?? []);
    if (chosen === this.chosen) tellChosen(Array.from(chosen ?? [], (row) => this.model.id(row)));
  }

  private async chooseInNotebook(ids: readonly string[]): Promise<void> {
    await this.model.seek(ids);
    const rows = this.model.rows(ids);
    await this.model.readTextsOf(rows.slice(0, 30));
    if (ids.length) this.conditions.only(listed(this.model, "notebook", "chosen in the notebook", rows));
    else if (this.chosen) this.conditions.clear();
  }

  private surround(ring: number[], words: string): void {
    const { mode } = this.ways;
    const made = surrounded(this.model, this.stages.active.places, ring, words, (key) => {
      const standing = this.conditions.get(key);
      return standing !== null && (mode !== "narrow" || standing.mode !== "narrow");
    });
    orSaid(made.then((condition) => this.conditions.put(condition, mode)));
  }

  /** Whether tables of what is chosen would be too large for a page; then it is said. */
  private isTooMuch(): boolean {
    const isMore = this.model.isTiled && (this.chosen?.length ?? 0) > MOST_SAVED;
    if (isMore) this.say(`A table holds at most ${plain(MOST_SAVED)} images here: choose fewer`);
    return isMore;
  }

  private async save(): Promise<void> {
    if (this.isTooMuch()) return;
    const table = await selectionTable(this.model, this.stages.charts, this.chosen ?? [], scoresOf(this.conditions.all));
    save(`${this.model.atlas.title} selection.csv`, table);
  }

  private async saveRecords(): Promise<void> {
    if (this.isTooMuch()) return;
    await this.texts;
    save(`${this.model.atlas.title} records.csv`, await recordsTable(this.model, this.stages.charts, this.chosen ?? []));
  }

  private say(news: string): void {
    Object.assign(byId("news"), { textContent: news, title: news }); // a long one is cut
  }
}
