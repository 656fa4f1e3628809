/**
 * The files of a viewer, as its renderer writes them.
 *
 * Each is a script that hands its content to `tagatlasData`: a page that was opened from a folder
 * (`file://`) may load scripts and show pictures, but may not read files in any other way.
 */

import { askFor, isEmbedded } from "./host";

/** Numbers as base64 of their bytes, little-endian. */
export type Packed = string;

/** What is known of a cluster, or of a sub-cluster. */
export interface Cluster {
  name: string;
  /** The cluster it belongs to; its own number if it is a cluster. */
  cluster: number;
  tags: string[];
  images: number;
  records: number;
  frequency: number;
  /** Of the map's images, in [0, 1]. */
  share: number;
  stability: number;
  /** Rows of images that stand for it. */
  typical: number[];
}

/** Pictures of one size, packed on square pages in the order of the images. */
export interface PageLevel {
  /** Side of a cell in pixels; a picture fills its cell's longer side. */
  cell: number;
  /** Side of a page in pixels; cells go along the rows. */
  side: number;
  pages: number;
}

/** A kept column of the input. */
export interface ColumnFacts {
  name: string;
  /** Number of its file. */
  file: number;
  kind: "text" | "number" | "date";
}

/** The file `map.js`. Rows of images are in an order that keeps neighbours together. */
export interface MapFile {
  title: string;
  name: string;
  tagger: string;
  placedBy: string;
  images: number;
  /** Left, bottom, right and top of all that is drawn, in map units; y grows upwards. */
  bounds: [number, number, number, number];
  clusters: (Cluster & { x: number; y: number; colour: string })[];
  subclusters: Cluster[];
  /** Rings around clusters: x and y in turn. */
  outlines: { cluster: number; ring: Packed }[];
  /** x, y, width and height of each image: Float32. */
  boxes: Packed;
  /** Cluster of each image: Uint16. */
  cluster: Packed;
  /** Sub-cluster of each image, -1 for none: Int32. */
  subcluster: Packed;
  /** Summed over the records of each image: Uint32. */
  frequency: Packed;
  records: Packed;
  base: PageLevel;
  levels: PageLevel[];
  columns: ColumnFacts[];
  /** Images in each file of details. */
  detailRows: number;
  /** The map's tags that can be drawn as nodes. */
  nodes: { label: string; x: number; y: number; size: number; images: number }[];
}

/** The file `texts.js`: of each image. */
export interface TextFile {
  ids: string[];
  labels: string[];
}

/** The file `tags.js`: for each tag the images that have it, by rising row. */
export interface TagFile {
  labels: string[];
  /** Where the images of each tag begin in `rows`, and the end of all: Uint32. */
  starts: Packed;
  /** Uint32. */
  rows: Packed;
  /** Scores, of 255: Uint8. */
  scores: Packed;
}

/** One image in a file `details/N.js`. */
export interface Detail {
  picture: string;
  records: { location: string; frequency: number; columns: Record<string, string | null> }[];
  /** Label and score, by backend. */
  tags: Record<string, [string, number][]>;
  /** Rows of the images most like it. */
  nearest: number[];
  /** Tags of the map that it is linked to, by number in `nodes`. */
  linked: number[];
}

/** A file `columns/N.js`: the value of each image, as a row of `values`; -1 for none. */
export interface ColumnFile {
  values: string[];
  /** Int32. */
  of: Packed;
}

/** A file `pages/LEVEL-N.js`: a page as base64 of a JPEG. */
export type PageFile = string;

declare global {
  interface Window {
    tagatlasData?: (name: string, content: unknown) => void;
  }
}

const waiting = new Map<string, { done: (content: unknown) => void; script: HTMLScriptElement }>();

window.tagatlasData = (name, content) => {
  const reader = waiting.get(name);
  waiting.delete(name);
  reader?.script.remove();
  reader?.done(content);
};

/** Read one of the viewer's files; its name is its path in `data` without the ending. */
function read(name: string): Promise<unknown> {
  if (isEmbedded) return askFor(name);
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `data/${name}.js`;
    script.onerror = () => {
      waiting.delete(name);
      script.remove();
      failed(new Error(`data/${name}.js is not there: copy the whole folder of the viewer`));
    };
    waiting.set(name, { done, script });
    document.head.append(script);
  });
}

export const readMap = () => read("map") as Promise<MapFile>;
export const readTexts = () => read("texts") as Promise<TextFile>;
export const readTags = () => read("tags") as Promise<TagFile>;
export const readDetails = (part: number) => read(`details/${part}`) as Promise<Detail[]>;
export const readColumn = (file: number) => read(`columns/${file}`) as Promise<ColumnFile>;

/** A page of pictures, decoded. `level` is `base` or the number of a level. */
export async function readPage(level: string, page: number): Promise<ImageBitmap> {
  const encoded = (await read(`pages/${level}-${page}`)) as PageFile;
  const blob = new Blob([unpack(encoded)], { type: "image/jpeg" });
  return createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
}

/** The bytes of packed numbers. */
export function unpack(packed: Packed): ArrayBuffer {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes.buffer;
}
