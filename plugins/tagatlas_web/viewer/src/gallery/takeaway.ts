/** The pictures of images to take away: as a ZIP where the page may read them, else where they are. */

import { mayRead, readPicture } from "../data/host";
import type { Model } from "../data/model";
import { plain } from "../elements";
import { csv, saveAs, save, type Cell } from "../find/csv";
import { zip, type ZipEntry } from "./zip";

const MOST_FILES = 65_000;
const MOST_BYTES = 2_000_000_000;
const AT_ONCE = 6;
const LONGEST_NAME = 80;

/**
 * Save the largest pictures that are there of some images.
 *
 * @param said called with how many are read.
 * @param stop ends it early, without a file.
 * @returns what was saved, in words, or why nothing was.
 */
export async function takePictures(
  model: Model,
  rows: ArrayLike<number>,
  said: (read: number) => void,
  stop: AbortSignal,
): Promise<string> {
  const { title } = model.atlas;
  if (!mayRead() || !model.hasFiles) {
    save(`${title} pictures.csv`, await addresses(model, rows));
    return model.hasFiles
      ? "A page opened from a folder may not read pictures: their list was saved, with the file of each."
      : "This folder has the pictures of the map alone: their list was saved, with the address of each.";
  }
  if (rows.length > MOST_FILES) return `A ZIP holds at most ${plain(MOST_FILES)} pictures: choose fewer.`;
  const entries: ZipEntry[] = [];
  let [bytes, missing] = [0, 0];
  for (let first = 0; first < rows.length && !stop.aborted; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, rows.length - first) }, (_, at) => rows[first + at]!);
    await model.readTextsOf(some);
    const read = await Promise.all(some.map((row) => (model.isHidden(row) ? null : readPicture(model.fileOf(row)))));
    read.forEach((data, at) => {
      if (data) entries.push({ name: nameOf(model, some[at]!), bytes: data });
      else missing++;
      bytes += data?.length ?? 0;
    });
    if (bytes > MOST_BYTES) return "These pictures need more than 2 GB: choose fewer.";
    said(Math.min(first + AT_ONCE, rows.length));
  }
  if (stop.aborted) return "Stopped: nothing was saved.";
  const lacking = missing ? `, ${plain(missing)} are missing or hidden` : "";
  if (!entries.length) return "None of these pictures is there.";
  saveAs(`${title} pictures.zip`, zip(entries, new Date()));
  return `${plain(entries.length)} pictures saved${lacking}.`;
}

/** A name that no other image has, and every system can keep. */
function nameOf(model: Model, row: number): string {
  const name = model.label(row).replace(/\.[a-z0-9]{1,5}$/i, "").replace(/[^\p{L}\p{N} ._()-]/gu, "_");
  const short = [...name].slice(0, LONGEST_NAME).join("").trim().replace(/^\.+/, "_");
  return `${short || "image"} ${model.id(row).slice(0, 12)}.jpg`;
}

async function addresses(model: Model, rows: ArrayLike<number>): Promise<string> {
  await model.readTextsOf(Array.from(rows));
  const table: Cell[][] = [["image", "label", "file", "address"]];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const [first] = await model.detail(row);
    const file = model.isHidden(row) || !model.hasFiles ? "" : model.fileOf(row);
    table.push([model.id(row), model.label(row), file, first?.location ?? ""]);
  }
  return csv(table);
}
