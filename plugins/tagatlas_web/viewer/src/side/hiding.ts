/** Hiding images, and showing them again, where a server keeps that. */

import { isLive } from "../data/host";
import { Server } from "../annotate/server";
import { button, count, element } from "../elements";
import type { Model } from "../data/model";

const AT_ONCE = 5000;

export class Hiding {
  private readonly server = new Server("");

  constructor(
    private readonly model: Model,
    private readonly say: (news: string) => void,
  ) {}

  /** Buttons for the images that are chosen; nothing where nothing may be changed. */
  forChosen(rows: () => ArrayLike<number>): (Node | string)[] {
    if (!isLive()) return [];
    const made: (Node | string)[] = [button("Hide", () => void this.change(rows(), true))];
    if (this.model.atlas.hidden.length) made.push(" ", button("Show again", () => void this.change(rows(), false)));
    return made;
  }

  /** A button for one image, or what is to be said of it; null for nothing. */
  forImage(row: number): HTMLElement | null {
    if (!isLive()) return null;
    const isHidden = this.model.isHidden(row);
    const text = isHidden ? "Show again" : "Hide this image";
    return element("p", {}, button(text, () => void this.change([row], !isHidden)));
  }

  private async change(rows: ArrayLike<number>, hide: boolean): Promise<void> {
    await this.model.readTextsOf(Array.from(rows));
    const ids = Array.from(rows, (row) => this.model.id(row));
    const images = count(ids.length, "image");
    const question = hide
      ? `Hide ${images}, and copies of the same pictures? They count as before. Files that were written before show them until you run tagatlas render.`
      : `Show ${images} again, and copies of the same pictures?`;
    if (!ids.length || !window.confirm(question)) return;
    try {
      for (let first = 0; first < ids.length; first += AT_ONCE) await this.server.hide(ids.slice(first, first + AT_ONCE), hide);
    } catch (error) {
      this.say(`Not ${hide ? "hidden" : "shown again"}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    location.reload();
  }
}
