/** Saves a picture of what is seen. */

import { button, count } from "../elements";
import type { Stage } from "../map/stage";
import { flatten, sheetOf } from "./sheet";

/** As fine as print needs, on any screen. */
const DENSITY = 2;

export interface ImageFacts {
  /** What holds the stages. */
  readonly place: HTMLElement;
  stages(): readonly Stage[];
  words(): HTMLElement;
  name(): string;
  say(news: string): void;
}

/** A button that saves the picture. */
export function savesImage(facts: ImageFacts): HTMLButtonElement {
  const made = button("Image of this view", () => void save(made, facts));
  made.title = "Save what is seen as a picture (PNG), twice as fine as the screen";
  made.className = "save-image";
  return made;
}

async function save(pressed: HTMLButtonElement, { place, stages, words, name, say }: ImageFacts): Promise<void> {
  pressed.disabled = true;
  try {
    await Promise.all(stages().map((stage) => stage.prepared(DENSITY)));
    const sheet = sheetOf(place, stages(), words(), DENSITY);
    const unread = await flatten(sheet);
    const { canvas } = sheet;
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
    if (!blob) throw new Error("the browser has no room for a picture of that size");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name()}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
    const coarse = `; ${count(unread, "picture")} no finer than on the map: a page opened from a folder may not read stored images`;
    say(`The image is saved${unread ? coarse : ""}`);
  } catch (error) {
    say(`No image could be made: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    pressed.disabled = false;
  }
}
