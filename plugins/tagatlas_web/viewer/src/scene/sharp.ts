/**
 * Stored pictures over the map, where it is looked at so closely that those on its pages are too small.
 *
 * They are elements, not textures: a page that was opened from a folder may show its pictures, but not read
 * them.
 */

import type { Camera } from "../map/camera";
import type { Stage } from "../map/stage";
import { showPicture } from "../data/host";
import { element } from "../elements";
import { orSaid } from "../trouble";
import { Masks } from "./masks";

const MOST = 48;
/** The pointer or the keys rest so long before pictures are read. */
const REST_MS = 120;
const SHARPER_FROM = 1.15;
/** Where the typical image is this much smaller than a cell, none in view is large enough. */
const NEAR = 0.4;
/** Frames around images stay visible: of those that are marked, and of those that have a colour. */
const INSET = 1;
const COLOURED_INSET = 6;

export class Sharp {
  private readonly root = element("div", { class: "sharp", "aria-hidden": "true" });
  private readonly shown = new Map<number, HTMLImageElement>();
  private readonly missing = new Set<number>();
  private readonly masks: Masks;
  private readonly finest: number;
  private typical: readonly [chart: object, side: number] | null = null;
  private resting = 0;

  /** @param isFaded whether an image is in the background, where it stays as it is. */
  constructor(
    private readonly stage: Stage,
    private readonly isFaded: (row: number) => boolean,
  ) {
    const { atlas } = stage.model;
    this.masks = new Masks(atlas);
    this.finest = atlas.levels.at(-1)?.cell ?? atlas.base.cell;
    stage.drawing.before(this.root);
    stage.layers.push(this);
  }

  draw(camera: Camera): void {
    const wanted = this.wanted(camera);
    for (const [row, picture] of this.shown) {
      if (wanted.has(row)) this.place(picture, row, camera);
      else this.drop(row);
    }
    clearTimeout(this.resting);
    if ([...wanted].some((row) => !this.shown.has(row))) {
      this.resting = window.setTimeout(() => this.load(camera), REST_MS);
    }
  }

  /** Images in view that are drawn larger than the pages have them, the most central if there are many. */
  private wanted(camera: Camera): Set<number> {
    const { places: chart, model } = this.stage;
    const pixels = camera.scale * (window.devicePixelRatio || 1);
    if (!model.hasFiles || this.typicalSide() * pixels < this.finest * NEAR) return new Set();
    const found: { row: number; away: number }[] = [];
    chart.places.visit(camera.visible(), (row) => {
      const drawn = Math.max(...chart.places.size(row)) * pixels;
      if (drawn < this.finest * SHARPER_FROM || model.isHidden(row) || this.missing.has(row) || this.isFaded(row)) return;
      const [left, up] = chart.places.centre(row);
      found.push({ row, away: Math.hypot(left - camera.x, up - camera.y) });
    });
    found.sort((one, other) => one.away - other.away);
    return new Set(found.slice(0, MOST).map(({ row }) => row));
  }

  private typicalSide(): number {
    const { places: chart } = this.stage;
    if (this.typical?.[0] !== chart) this.typical = [chart, chart.places.typicalSide()];
    return this.typical![1];
  }

  private load(camera: Camera): void {
    for (const row of this.wanted(camera)) if (!this.shown.has(row)) orSaid(this.put(row, camera));
  }

  private async put(row: number, camera: Camera): Promise<void> {
    const { model, places: chart } = this.stage;
    const picture = element("img", { alt: "", draggable: "false", "data-row": String(row) });
    this.shown.set(row, picture);
    picture.addEventListener("error", () => {
      this.missing.add(row); // what is on the page stays
      this.drop(row);
    });
    picture.addEventListener("load", () => picture.classList.add("there"));
    this.place(picture, row, camera);
    await model.readTextsOf([row]); // has their addresses
    const mask = await this.masks.of(row, ...chart.places.size(row), isDark());
    if (this.shown.get(row) !== picture) return; // it is out of view by now
    if (mask) picture.style.maskImage = `url(${mask})`;
    // Pictures lie over each other as on the map.
    const above = [...this.root.children].find((other) => Number((other as HTMLElement).dataset.row) > row);
    this.root.insertBefore(picture, above ?? null);
    showPicture(picture, model.largest(row));
  }

  private place(picture: HTMLImageElement, row: number, camera: Camera): void {
    const { places } = this.stage.places;
    const inset = this.stage.isTinted ? COLOURED_INSET : INSET;
    const [x, y] = camera.toScreen(...places.centre(row));
    const [width, height] = places.size(row).map((side) => Math.max(side * camera.scale - 2 * inset, 0)) as [number, number];
    picture.style.width = `${width}px`;
    picture.style.height = `${height}px`;
    picture.style.transform = `translate(${x - width / 2}px, ${y - height / 2}px)`;
  }

  private drop(row: number): void {
    this.shown.get(row)?.remove();
    this.shown.delete(row);
  }
}

/** Whether the page is dark, as its paper says. */
function isDark(): boolean {
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  return parseInt(paper.slice(1, 3), 16) < 128;
}
