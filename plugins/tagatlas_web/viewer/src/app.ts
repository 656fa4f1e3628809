/** The map and what is around it, put together. */

import { Card } from "./card";
import { Conditions, inCluster, ofRows, tagged, type Condition } from "./conditions";
import { csv, save } from "./csv";
import type { MapFile } from "./data";
import { byId, count } from "./elements";
import { hearChosen, tellChosen } from "./host";
import { Model } from "./model";
import { Shade } from "./scene/sprites";
import { Side } from "./side";
import { Stage } from "./stage";

export class App {
  private readonly model: Model;
  private readonly stage: Stage;
  private readonly card: Card;
  private readonly side: Side;
  private readonly conditions: Conditions;
  private chosen: Uint32Array | null = null;
  private readonly texts: Promise<void>;
  private hovered = -1;
  private opened = -1;

  constructor(map: MapFile) {
    this.model = new Model(map);
    this.stage = new Stage(byId("stages"), this.model, {
      hovered: (row) => this.hover(row),
      picked: (row) => (row >= 0 ? this.open(row, false) : this.close()),
      surrounded: (rows) => this.surround(rows),
      key: (event) => this.key(event),
    });
    this.conditions = new Conditions(this.model.count, () => this.choose());
    this.card = new Card(byId("card"), this.model, {
      open: (row) => this.open(row, true),
      tag: (label) => void tagged(this.model, label, 0).then((made) => this.only(made)),
      cluster: (number) => this.only(inCluster(this.model, number)),
      close: () => this.close(),
    });
    this.side = new Side(this.model, this.conditions, {
      visit: (rows) => this.stage.visit(rows),
      save: () => this.save(),
      say: (news) => this.say(news),
    });
    this.texts = this.stage.load().then(() => this.model.readTexts());
    void this.texts.then(() => {
      hearChosen((ids) => this.chooseInNotebook(ids));
      document.documentElement.dataset.ready = "yes";
    });
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    if (this.opened >= 0) this.close();
    else this.conditions.clear();
  }

  private hover(row: number): void {
    this.hovered = row;
    this.frame();
  }

  private frame(): void {
    this.stage.frame([this.opened, this.hovered].filter((row) => row >= 0));
  }

  private open(row: number, visit: boolean): void {
    this.opened = row;
    this.frame();
    void this.card.show(row).then((detail) => {
      if (this.opened === row) this.stage.link(row, detail.linked);
    });
    this.say(`${this.model.label(row)} is open`);
    if (visit) this.stage.approach(row);
  }

  private close(): void {
    this.opened = -1;
    this.card.hide();
    this.stage.unlink();
    this.frame();
  }

  private only(condition: Condition): void {
    this.conditions.clear();
    this.conditions.add(condition);
  }

  private choose(): void {
    this.chosen = this.conditions.chosen();
    const states = new Float32Array(this.model.count).fill(this.chosen ? Shade.Faded : Shade.Plain);
    this.chosen?.forEach((row) => (states[row] = Shade.Marked));
    this.stage.shade(states);
    this.side.show(this.chosen);
    void this.tell();
  }

  private async tell(): Promise<void> {
    const chosen = this.chosen;
    await this.texts;
    if (chosen === this.chosen) tellChosen(Array.from(chosen ?? [], (row) => this.model.id(row)));
  }

  private chooseInNotebook(ids: string[]): void {
    if (ids.length) this.only(ofRows("chosen in the notebook", this.model.count, this.model.rows(ids)));
    else if (this.chosen) this.conditions.clear();
  }

  private surround(rows: number[]): void {
    this.only(ofRows("drawn around", this.model.count, rows));
    this.say(`${count(rows.length, "image")} chosen`);
  }

  private save(): void {
    const { map } = this.model;
    const rows = [...(this.chosen ?? [])].map((row) => [
      this.model.id(row),
      this.model.label(row),
      map.clusters[this.model.cluster[row]!]?.name ?? "",
      this.model.frequency[row]!,
      this.model.records[row]!,
      ...this.stage.places.centre(row),
    ]);
    const header = ["image", "label", "cluster", "frequency", "records", "x", "y"];
    save(`${map.title} selection.csv`, csv([header, ...rows]));
  }

  private say(news: string): void {
    byId("news").textContent = news;
  }
}
