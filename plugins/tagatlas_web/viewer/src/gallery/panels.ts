/** What is shown in the place of the map, or over all: the gallery, the table of copies, large pictures. */

import type { Term } from "../address/address";
import type { Model } from "../data/model";
import { byId } from "../elements";
import type { Stage } from "../map/stage";
import { orSaid, tellTrouble } from "../trouble";
import { FamilyTable } from "./families";
import { Gallery } from "./gallery";
import { Lightbox } from "./lightbox";

const NO_MAP =
  "The map cannot be drawn: WebGL is switched off or not available in this browser. Its images are shown as a gallery" +
  " instead; search, filters, cards and tables work as always.";

type Look = "map" | "gallery" | "families";

export interface PanelActions {
  /** The map that is worked with. */
  stage(): Stage;
  /** When names of images are there. */
  ready(): Promise<void>;
  /** By rising row; null where nothing is looked for. */
  chosen(): Uint32Array | null;
  choose(rows: readonly number[], words: string): void;
  /** How well each image fits what is looked for; null where that is not known. */
  scores(): ArrayLike<number> | null;
  /** The conditions, in words; empty where there are none. */
  conditions(): string;
  /** Open the card of an image. */
  open(row: number): Promise<void>;
  /** Go to the picture on the card. */
  focusPicture(): void;
  /** Something else stands in the place of the map, or stands there otherwise. */
  changed(): void;
  /** Close the card. @returns whether there was one. */
  closeCard(): boolean;
  say(news: string): void;
}

export class Panels {
  private readonly gallery: Gallery;
  private readonly table: FamilyTable;
  private readonly lightbox: Lightbox;
  private fromCard = true;

  constructor(
    private readonly model: Model,
    private readonly actions: PanelActions,
  ) {
    const shared = {
      changed: () => actions.changed(),
      open: (row: number) => orSaid(actions.open(row)),
      close: () => this.look("map"),
      escape: () => {
        if (!actions.closeCard()) this.leave();
      },
    };
    this.lightbox = new Lightbox(model, (row, moved) => orSaid(this.enlarged(row, moved)));
    this.gallery = new Gallery(byId("main"), model, {
      ...shared,
      enlarge: (row) => this.enlarge(row, false),
      choose: (rows) => actions.choose(rows, "picked in the gallery"),
      scores: () => actions.scores(),
      conditions: () => actions.conditions(),
      say: (news) => actions.say(news),
    });
    this.table = new FamilyTable(byId("main"), model, {
      ...shared,
      choose: (rows, words) => actions.choose(rows, words),
      chosen: () => actions.chosen(),
    });
    byId("show-gallery").addEventListener("click", () => this.toggleGallery());
    byId("show-families").addEventListener("click", () => this.look(this.table.isShown ? "map" : "families"));
    byId("show-families").hidden = !model.atlas.families;
  }

  /** Whether one of them stands in the place of the map. */
  get coverMap(): boolean {
    return this.gallery.isShown || this.table.isShown;
  }

  /** What stands in the place of the map, for an address: `gallery` or `copies`, and how; null where nothing does. */
  get term(): Term | null {
    if (this.gallery.isShown) return ["gallery", ...this.gallery.term];
    return this.table.isShown ? ["copies", ...this.table.term] : null;
  }

  /** Show what a term says in the place of the map, null the map; whether that is possible. */
  async show(term: Term | null): Promise<boolean> {
    if (!term) {
      if (this.coverMap) this.look("map");
      return true;
    }
    const [kind, ...how] = term;
    if (kind === "gallery") {
      this.gallery.want(how);
      return this.turn("gallery");
    }
    if (kind !== "copies" || !this.model.atlas.families) return false;
    this.table.want(how);
    return this.turn("families");
  }

  toggleGallery(): void {
    this.look(this.gallery.isShown ? "map" : "gallery");
  }

  /** Go back to the map. @returns whether something was in its place. */
  leave(): boolean {
    if (!this.actions.stage().isDrawn || !this.coverMap) return false;
    this.look("map");
    return true;
  }

  /** Other images are chosen, or another map is shown. */
  refresh(): void {
    if (this.gallery.isShown) orSaid(this.fillGallery());
    if (this.table.isShown) orSaid(this.fillTable());
  }

  /** The browser cannot draw the map: there is none to go back to. */
  doWithoutMap(): void {
    this.gallery.stay();
    this.table.stay();
    this.look("gallery");
    tellTrouble(NO_MAP);
  }

  /** Show an image large. @param fromCard whether it is the picture of the card. */
  enlarge(row: number, fromCard: boolean): void {
    this.fromCard = fromCard;
    this.lightbox.open(row, this.sequence(row));
  }

  /** The images that one goes through from an image: those shown or chosen, else those of its cluster. */
  private sequence(row: number): ArrayLike<number> {
    if (this.gallery.isShown) return this.gallery.inOrder;
    const chosen = this.actions.chosen();
    if (chosen?.includes(row)) return chosen;
    const { chart } = this.actions.stage();
    const number = chart.cluster[row];
    return this.everything().filter((other) => chart.cluster[other] === number && chart.has(other));
  }

  private everything(): Uint32Array {
    const rows = new Uint32Array(this.model.count);
    for (let row = 0; row < rows.length; row++) rows[row] = row;
    return rows;
  }

  /** The large picture was closed at an image. */
  private async enlarged(row: number, moved: boolean): Promise<void> {
    if (!this.fromCard) return this.gallery.goTo(row);
    if (moved) await this.actions.open(row);
    this.actions.focusPicture();
  }

  private look(wanted: Look): void {
    orSaid(this.turn(wanted));
  }

  /** Show the map, or something in its place; without WebGL the gallery is instead of the map. Whether it is as it was wanted. */
  private async turn(wanted: Look): Promise<boolean> {
    const look = wanted === "map" && !this.actions.stage().isDrawn ? "gallery" : wanted;
    byId("show-gallery").setAttribute("aria-pressed", String(look === "gallery"));
    byId("show-families").setAttribute("aria-pressed", String(look === "families"));
    byId("stages").inert = look !== "map";
    if (look !== "gallery") this.gallery.hide();
    if (look !== "families") this.table.hide();
    const shown = look === "gallery" ? this.fillGallery() : look === "families" ? this.fillTable() : Promise.resolve(true);
    const isAsWanted = await shown;
    if (look === "map") this.actions.stage().focus();
    else (look === "gallery" ? this.gallery : this.table).focus();
    this.actions.changed();
    return isAsWanted;
  }

  private async fillTable(): Promise<boolean> {
    await this.actions.ready();
    return this.table.show();
  }

  private async fillGallery(): Promise<boolean> {
    await this.actions.ready();
    return this.gallery.show(this.actions.chosen() ?? this.everything(), this.actions.stage().chart);
  }
}
