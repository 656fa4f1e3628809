/** What is seen of the maps as a sheet of its own: to be saved as a picture, or printed. */

import { count, element, figure, isolated } from "../elements";
import type { Model } from "../data/model";
import type { Stage } from "../map/stage";

/** What is taken over from a stage besides its canvas. */
const OVER = ":scope > .sharp, :scope > .names, :scope > .linked, :scope > .drawing, :scope > .axes";

/** What no XML may hold, and so no picture of a page. */
const NOT_IN_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu;

export interface Sheet {
  /** The maps themselves, finer than the screen; below them is room for the words. */
  readonly canvas: HTMLCanvasElement;
  /** Names, drawings and words that lie over the canvas, in pixels of the screen. */
  readonly over: SVGSVGElement;
  /** Stored pictures among these, and the copies that lie there. */
  readonly pictures: readonly (readonly [copy: HTMLImageElement, shown: HTMLImageElement])[];
}

/**
 * Make the sheet.
 *
 * @param place that holds the stages.
 * @param words what stands below the maps.
 * @param density pixels of the sheet for one of the screen.
 */
export function sheetOf(place: HTMLElement, stages: readonly Stage[], words: HTMLElement, density: number): Sheet {
  const frame = place.getBoundingClientRect();
  const style = getComputedStyle(place.ownerDocument.documentElement);
  const room = element("div", { class: "sheet-room" }, words); // to see how high they are
  room.style.width = `${frame.width}px`;
  place.append(room);
  const height = frame.height + words.offsetHeight;
  const canvas = element("canvas", { width: String(Math.round(frame.width * density)), height: String(Math.round(height * density)) });
  const context = canvas.getContext("2d")!;
  context.fillStyle = style.getPropertyValue("--paper").trim();
  context.fillRect(0, 0, canvas.width, canvas.height);
  const pictures: [HTMLImageElement, HTMLImageElement][] = [];
  const over = figure("svg", { viewBox: `0 0 ${frame.width} ${height}` });
  for (const stage of stages) {
    const { left, top, width, height } = stage.root.getBoundingClientRect();
    const at = { x: left - frame.left, y: top - frame.top, width, height };
    stage.drawOn(context, density, at);
    const part = foreign(at, ...stage.root.querySelectorAll(OVER));
    over.append(part);
    const shown = stage.root.querySelectorAll<HTMLImageElement>(".sharp img");
    part.querySelectorAll("img").forEach((copy, at) => pictures.push([copy, shown[at]!]));
  }
  over.append(foreign({ x: 0, y: frame.height, width: frame.width, height: words.offsetHeight }, words));
  room.remove();
  return { canvas, over, pictures };
}

/** The words below a sheet: what it shows, of what, and a legend where there is one. */
export function wordsBelow(model: Model, stages: readonly Stage[], chosen: string, legend: Node | null): HTMLElement {
  const { title, credit } = model.atlas;
  const maps = stages.map(({ chart: { facts } }) =>
    `${isolated(facts.name)}: ${count(facts.images, "image")} in ${facts.clusters}, tags of ${isolated(facts.backend)}`,
  );
  const parts = [isolated(title), ...maps, chosen, credit && isolated(credit), "made with tagatlas"].filter(Boolean);
  const line = element("p", {}, parts.join(" · "));
  return element("div", { class: "sheet-words" }, legend, line);
}

/** Elements as they look now, in a part of a drawing. */
function foreign(
  at: { x: number; y: number; width: number; height: number },
  ...elements: readonly Element[]
): SVGForeignObjectElement {
  const made = figure("foreignObject", at);
  const room = element("div");
  room.style.cssText = `position: relative; overflow: hidden; width: ${at.width}px; height: ${at.height}px`;
  room.append(...elements.map(likeness));
  made.append(room);
  return made;
}

/** A copy that looks the same wherever it is put; what is not shown is left out. */
function likeness(shown: Element): Element {
  const copy = shown.cloneNode() as Element;
  for (const { name } of [...copy.attributes]) if (/^(class|id|style|role|tabindex|title|aria-|data-|on)/.test(name)) copy.removeAttribute(name);
  const style = getComputedStyle(shown);
  const { style: own } = copy as HTMLElement | SVGElement;
  for (const name of style) own.setProperty(name, style.getPropertyValue(name));
  for (const child of shown.childNodes) {
    if (child instanceof Element) {
      if (getComputedStyle(child).display !== "none") copy.append(likeness(child));
    } else copy.append(child.cloneNode());
  }
  return copy;
}

/**
 * Draw what lies over a sheet into its canvas.
 *
 * @returns how many stored pictures could not be read: they are there as on the map's pages.
 */
export async function flatten({ canvas, over, pictures }: Sheet): Promise<number> {
  const density = canvas.width / over.viewBox.baseVal.width;
  const unread = pictures.filter(([copy, shown]) => !putInto(copy, shown, density));
  for (const [copy] of unread) copy.remove();
  over.setAttribute("width", String(canvas.width));
  over.setAttribute("height", String(canvas.height));
  const text = new XMLSerializer().serializeToString(over).replace(NOT_IN_XML, "\ufffd");
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  canvas.getContext("2d")!.drawImage(picture, 0, 0);
  return unread.filter(([, shown]) => isThere(shown)).length;
}

/** Put a picture itself in the place of its address: a picture of a page loads no others. Whether that is possible. */
function putInto(copy: HTMLImageElement, shown: HTMLImageElement, density: number): boolean {
  if (!isThere(shown)) return false;
  const [width, height] = [shown.clientWidth, shown.clientHeight].map((side) => Math.max(1, Math.round(side * density))) as [number, number];
  const canvas = element("canvas", { width: String(width), height: String(height) });
  canvas.getContext("2d")!.drawImage(shown, 0, 0, width, height);
  try {
    copy.src = canvas.toDataURL();
  } catch (error) {
    // A page that was opened from a folder may show its pictures, but not read them.
    if (error instanceof DOMException && error.name === "SecurityError") return false;
    throw error;
  }
  return true;
}

function isThere(shown: HTMLImageElement): boolean {
  return shown.classList.contains("there") && shown.complete && shown.naturalWidth > 0;
}

