/**
 * A notebook that the viewer is shown in, in a frame that may read nothing itself.
 *
 * The notebook hands the frame a port. Over it the frame asks for the viewer's files by their path
 * and tells which images are chosen, and the notebook tells which ones Python chose.
 */

import { inflated } from "./packed";

type Told = { id: number; bytes: ArrayBuffer } | { id: number; trouble: string } | { chosen: string[] };

/** Whether there is a notebook around the viewer. */
export const isEmbedded = "embedded" in document.documentElement.dataset;

/** Whether the page comes from a server that keeps annotations and has the stored images. */
export function isLive(): boolean {
  return document.documentElement.dataset.live !== undefined;
}

const port = isEmbedded ? open() : null;
const waiting = new Map<number, { done: (bytes: ArrayBuffer) => void; failed: (error: Error) => void }>();
let asked = 0;
let choose: ((ids: string[]) => void) | null = null;

function open(): Promise<MessagePort> {
  return new Promise((opened) => {
    window.addEventListener("message", function first({ source, ports: [given] }) {
      if (source !== window.parent || !given) return;
      window.removeEventListener("message", first);
      given.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
      opened(given);
    });
  });
}

function hear(told: Told): void {
  if ("chosen" in told) return choose?.(told.chosen);
  const reader = waiting.get(told.id);
  waiting.delete(told.id);
  if ("bytes" in told) reader?.done(told.bytes);
  else reader?.failed(new Error(told.trouble));
}

function ask(path: string): Promise<ArrayBuffer> {
  return new Promise((done, failed) => {
    const id = asked++;
    waiting.set(id, { done, failed });
    void port?.then((open) => open.postMessage({ id, path }));
  });
}

/** The content of one of the viewer's files; its name is its path in `data` without the ending. */
export async function askFor(name: string): Promise<unknown> {
  // The file is a script, one call with the name and the content, which is JSON.
  const script = new TextDecoder().decode(await ask(`data/${name}.js`));
  const content: unknown = JSON.parse(script.slice(script.indexOf(",") + 1, script.lastIndexOf(")")));
  return script.startsWith("tagatlasDeflated(") ? inflated(content as string) : content;
}

/** Show a picture of the viewer's folder, or one that is being made, or fire `error` where it is not there. */
export function showPicture(picture: HTMLImageElement, path: string | Promise<string>): HTMLImageElement {
  if (typeof path !== "string") {
    path.then((made) => (picture.src = made), () => picture.dispatchEvent(new Event("error")));
    return picture;
  }
  if (!isEmbedded) {
    picture.src = path;
    return picture;
  }
  ask(path).then(
    (bytes) => {
      const address = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
      picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
      picture.loading = "eager"; // there is nothing left to be saved
      picture.src = address;
    },
    () => picture.dispatchEvent(new Event("error")),
  );
  return picture;
}

/** Whether the page may read pictures, not only show them: not where it was opened from a folder. */
export function mayRead(): boolean {
  return isEmbedded || location.protocol !== "file:";
}

/** The bytes of a picture of the viewer's folder; null where it is not there. */
export async function readPicture(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (isEmbedded) return ask(path).then((bytes) => new Uint8Array(bytes), () => null);
  const answer = await fetch(path);
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}

/** Tell the notebook which images are chosen, by id; none where nothing is looked for. */
export function tellChosen(ids: string[]): void {
  void port?.then((open) => open.postMessage({ chosen: ids }));
}

/** Have Python choose images. */
export function hearChosen(by: (ids: string[]) => void): void {
  choose = by;
  void port?.then((open) => open.postMessage({ ready: true }));
}
