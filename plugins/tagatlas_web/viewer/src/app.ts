/** The map and what is around it, put together. */

import { Boxes } from "./boxes";
import { Camera } from "./camera";
import { Card } from "./card";
import { Conditions, inCluster, ofRows, tagged } from "./conditions";
import { csv, save } from "./csv";
import type { MapFile } from "./data";
import { byId, count } from "./elements";
import { inside, listen } from "./gestures";
import { Model } from "./model";
import { Names, type Name } from "./names";
import { Overview } from "./overview";
import { inkOf, Scene, type Look } from "./scene/scene";
import { Shade } from "./scene/sprites";
import { Side } from "./side";

const FLIGHT_MS = 600;
const SELECTED_SIDE = 220;

export class App {
  private readonly canvas = byId<HTMLCanvasElement>("map");
  private readonly model: Model;
  private readonly places: Boxes;
  private readonly camera: Camera;
  private readonly look: Look;
  private readonly scene: Scene;
  private readonly names: Names;
  private readonly overview: Overview;
  private readonly card: Card;
  private readonly side: Side;
  private readonly conditions: Conditions;
  private chosen: Uint32Array | null = null;
  private hovered = -1;
  private opened = -1;
  private showsTags = false;
  private lassoes = false;
  private flight: { begun: number; from: Place; to: Place } | null = null;
  private due = false;

  constructor(map: MapFile) {
    this.model = new Model(map);
    this.places = new Boxes(this.model.boxes, map.bounds);
    this.camera = new Camera(map.bounds);
    this.measure();
    const style = getComputedStyle(document.documentElement);
    this.look = {
      paper: inkOf(style.getPropertyValue("--paper").trim()),
      mark: inkOf(style.getPropertyValue("--mark").trim()),
    };
    const redraw = () => this.redraw();
    this.scene = new Scene(this.canvas, map, this.model.boxes, this.places, this.look, redraw);
    this.names = new Names(byId("names"));
    this.overview = new Overview(byId<HTMLCanvasElement>("small"), this.model, map.bounds, (x, y) =>
      this.fly({ x, y, scale: this.camera.scale }),
    );
    this.conditions = new Conditions(this.model.count, () => this.choose());
    this.card = new Card(byId("card"), this.model, {
      open: (row) => this.open(row, true),
      tag: (label) => void tagged(this.model, label, 0).then((made) => this.only(made)),
      cluster: (number) => this.only(inCluster(this.model, number)),
      close: () => this.close(),
    });
    this.side = new Side(this.model, this.conditions, {
      visit: (rows) => this.visit(rows),
      save: () => this.save(),
      say: (news) => this.say(news),
    });
    this.listen();
    this.camera.fit();
    this.nameAll();
    void this.scene
      .load()
      .then(() => this.model.readTexts())
      .then(() => (document.documentElement.dataset.ready = "yes"));
    redraw();
  }

  private listen(): void {
    listen(this.canvas, this.camera, {
      moved: () => {
        this.flight = null;
        this.redraw();
      },
      hovered: (point) => this.hover(point),
      clicked: (point) => {
        const row = this.rowAt(point);
        if (row >= 0) this.open(row, false);
        else this.close();
      },
      draws: () => this.lassoes,
      drawn: (line, finished) => this.lasso(line, finished),
      key: (event) => this.key(event),
    });
    new ResizeObserver(() => {
      this.measure();
      this.redraw();
    }).observe(this.canvas);
    byId("fit").addEventListener("click", () => this.fly(this.camera.placeFor(this.model.map.bounds)));
    byId("nearer").addEventListener("click", () => this.zoom(1.6));
    byId("farther").addEventListener("click", () => this.zoom(1 / 1.6));
    byId("draw").addEventListener("click", () => this.toggleLasso());
    byId("tags").addEventListener("click", () => this.toggleTags());
  }

  private key(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key === "l") this.toggleLasso();
    else if (key === "t") this.toggleTags();
    else if (key === "escape") {
      if (this.lassoes) this.toggleLasso();
      else if (this.opened >= 0) this.close();
      else this.conditions.clear();
    } else if (key === "enter") {
      const row = this.nearestToMiddle();
      if (row >= 0) this.open(row, false);
    }
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(clientWidth * density));
    this.canvas.height = Math.max(1, Math.round(clientHeight * density));
    this.camera.resize(Math.max(1, clientWidth), Math.max(1, clientHeight));
  }

  private redraw(): void {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame((now) => {
      this.due = false;
      this.step(now);
      this.scene.draw(this.camera);
      if (this.flight) this.redraw();
      this.names.place(this.camera);
      this.overview.draw(this.camera);
    });
  }

  private step(now: number): void {
    if (!this.flight) return;
    const { begun, from, to } = this.flight;
    const part = Math.min(Math.max((now - begun) / FLIGHT_MS, 0), 1);
    const eased = part * part * (3 - 2 * part);
    this.camera.moveTo({
      x: from.x + (to.x - from.x) * eased,
      y: from.y + (to.y - from.y) * eased,
      scale: from.scale * (to.scale / from.scale) ** eased,
    });
    if (part >= 1) this.flight = null;
  }

  private fly(to: Place): void {
    const { x, y, scale } = this.camera;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) this.camera.moveTo(to);
    else this.flight = { begun: performance.now(), from: { x, y, scale }, to };
    this.redraw();
  }

  private visit(rows: Iterable<number>): void {
    const bounds = this.places.around(rows);
    if (bounds) this.fly(this.camera.placeFor(bounds));
  }

  private zoom(factor: number): void {
    this.fly({ x: this.camera.x, y: this.camera.y, scale: this.camera.scale * factor });
  }

  private rowAt(point: readonly [number, number]): number {
    return this.places.at(...this.camera.toMap(...point));
  }

  private nearestToMiddle(): number {
    let [best, away] = [-1, Infinity];
    this.places.visit(this.camera.visible(), (row) => {
      const [x, y] = this.places.centre(row);
      const distance = Math.hypot(x - this.camera.x, y - this.camera.y);
      if (distance < away) [best, away] = [row, distance];
    });
    return best;
  }

  private hover(point: [number, number] | null): void {
    const row = point ? this.rowAt(point) : -1;
    if (row === this.hovered) return;
    this.hovered = row;
    this.canvas.style.cursor = this.lassoes ? "crosshair" : row >= 0 ? "pointer" : "";
    this.canvas.title = row >= 0 ? this.model.label(row) : "";
    this.frame();
  }

  private frame(): void {
    this.scene.frame([this.opened, this.hovered].filter((row) => row >= 0));
    this.redraw();
  }

  private open(row: number, visit: boolean): void {
    this.opened = row;
    this.frame();
    void this.card.show(row).then((detail) => {
      if (this.opened !== row) return;
      const [x, y] = this.places.centre(row);
      const nodes = detail.linked.map((node) => this.model.map.nodes[node]!);
      this.scene.over.set(nodes.flatMap((node) => [x, y, node.x, node.y, ...this.look.mark, 1]));
      this.redraw();
    });
    this.say(`${this.model.label(row)} is open`);
    if (!visit) return;
    const [x, y] = this.places.centre(row);
    const side = Math.max(...this.places.size(row));
    this.fly({ x, y, scale: Math.max(this.camera.scale, SELECTED_SIDE / side / 4) });
  }

  private close(): void {
    this.opened = -1;
    this.card.hide();
    this.scene.over.set([]);
    this.frame();
  }

  private only(condition: ReturnType<typeof ofRows>): void {
    this.conditions.clear();
    this.conditions.add(condition);
  }

  private choose(): void {
    this.chosen = this.conditions.chosen();
    const states = new Float32Array(this.model.count).fill(this.chosen ? Shade.Faded : Shade.Plain);
    this.chosen?.forEach((row) => (states[row] = Shade.Marked));
    this.scene.shade(states);
    this.side.show(this.chosen);
    this.redraw();
  }

  private lasso(line: readonly number[], finished: boolean): void {
    const path = document.querySelector("#lasso path")!;
    path.setAttribute("d", finished ? "" : `M${line.join(" ")}Z`);
    if (!finished) return;
    const ring: number[] = [];
    for (let at = 0; at < line.length; at += 2) {
      ring.push(...this.camera.toMap(line[at]!, line[at + 1]!));
    }
    const rows: number[] = [];
    for (let row = 0; row < this.model.count; row++) {
      if (inside(ring, ...this.places.centre(row))) rows.push(row);
    }
    this.toggleLasso();
    this.only(ofRows("drawn around", this.model.count, rows));
    this.say(`${count(rows.length, "image")} chosen`);
  }

  private toggleLasso(): void {
    this.lassoes = !this.lassoes;
    byId("draw").setAttribute("aria-pressed", String(this.lassoes));
    this.canvas.style.cursor = this.lassoes ? "crosshair" : "";
  }

  private toggleTags(): void {
    this.showsTags = !this.showsTags;
    byId("tags").setAttribute("aria-pressed", String(this.showsTags));
    this.nameAll();
    this.redraw();
  }

  private nameAll(): void {
    const { map } = this.model;
    const width = map.bounds[2] - map.bounds[0];
    const names: Name[] = map.clusters.map(({ name, x, y, colour, share, images }) => ({
      text: name, x, y, colour, kind: "cluster", extent: width * Math.sqrt(share), weight: 1e9 + images,
    }));
    if (this.showsTags) {
      for (const { label, x, y, size, images } of map.nodes) {
        names.push({ text: label, x, y, colour: "", kind: "tag", extent: size, weight: images });
      }
    }
    this.names.set(names);
  }

  private save(): void {
    const { map } = this.model;
    const rows = [...(this.chosen ?? [])].map((row) => [
      this.model.id(row),
      this.model.label(row),
      map.clusters[this.model.cluster[row]!]?.name ?? "",
      this.model.frequency[row]!,
      this.model.records[row]!,
      ...this.places.centre(row),
    ]);
    const header = ["image", "label", "cluster", "frequency", "records", "x", "y"];
    save(`${map.title} selection.csv`, csv([header, ...rows]));
  }

  private say(news: string): void {
    byId("news").textContent = news;
  }
}

interface Place {
  x: number;
  y: number;
  scale: number;
}
