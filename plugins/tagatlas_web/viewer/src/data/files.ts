/**
 * The files of a viewer, as its renderer writes them.
 *
 * Each is a script that hands its content to `tagatlasData`, or, deflated, to `tagatlasDeflated`: a
 * page that was opened from a folder (`file://`) may load scripts and show pictures, but may not
 * read files in any other way.
 */

import { askFor, isEmbedded } from "./host";
import { inflated, unpack } from "./packed";

export { unpack } from "./packed";

/** Numbers as base64 of their bytes, little-endian. */
export type Packed = string;

/** Boxes as whole steps of a `quantum`, in planes of bytes; x and y from one to the next. */
export interface PackedPlaces {
  quantum: number;
  planes: Packed;
}

/** Numbers of which many in a row are the same: each once (Int32), and how often it comes (Uint32). */
export interface Runs {
  values: Packed;
  lengths: Packed;
}

/** Pictures of a whole map: squares of `side` pixels, finer from level to level. */
export interface OverviewFacts {
  /** The upper left corner of the map, in its units. */
  left: number;
  top: number;
  /** What the picture of the first level holds each way; each further level has twice as many for it. */
  extent: number;
  side: number;
  levels: { columns: number; rows: number }[];
}

/** How the only map is cut into tiles, where there are many images. */
export interface TilesFacts {
  /** Images in a file of places, and in a block, whose extent is known at first. */
  rows: number;
  block: number;
  /** Images in a file of ids and labels. */
  texts: number;
  overview: OverviewFacts;
  /** How many other maps the atlas has, which are not in this viewer. */
  otherMaps: number;
  /** Whether there is a file of all labels, which is searched. */
  labels: boolean;
  /** Kept columns that have too many different values to be read in a browser. */
  leftOut: string[];
}

/** What is known of a cluster, or of a sub-cluster. */
export interface Cluster {
  /** As it is called without annotations. */
  name: string;
  automaticName: string;
  /** The cluster it belongs to; its own number if it is a cluster. */
  cluster: number;
  tags: string[];
  images: number;
  records: number;
  frequency: number;
  /** Of the map's images, in [0, 1]. */
  share: number;
  stability: number | null;
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

/** What is known of a map before it is shown. */
export interface MapFacts {
  name: string;
  /** The backend whose tags it was made of. */
  backend: string;
  /** The lowest score of a tag that counted on it, in [0, 1]; null where none did by its score. */
  leastScore: number | null;
  placedBy: string;
  /** Which part of the collection it shows, in words; empty for all of it. */
  part: string;
  /** What a node is called that is no image; with an "s" it is the plural. */
  node: string;
  images: number;
  /** Its number of clusters, in words. */
  clusters: string;
  /** Its files know the images of the rows before this one. */
  known: number;
}

/** The file `atlas.js`: what all maps share. Images are known by their rows. */
export interface AtlasFile {
  title: string;
  /** Who is to be named with pictures of views, and under which licence; may be empty. */
  credit: string;
  /** All that are on any of the maps. */
  images: number;
  maps: MapFacts[];
  backends: string[];
  /** Summed over the records of each image: Uint32. Of a map in tiles they are in a file of their own. */
  frequency?: Packed;
  records?: Packed;
  /** Rows of images whose pictures are not there, since they are hidden. */
  hidden: number[];
  base: PageLevel;
  levels: PageLevel[];
  /** Whether some pages have a lower half: how transparent their pictures are. */
  cutOuts: boolean;
  /** The largest pictures in the folder, of `map` those on its pages; a server has the stored images in any case. */
  pictures: "map" | "thumbnail" | "image";
  /** How many families of copies there are. */
  families: number;
  /** The column that says when a record is from; null if none does. */
  date: string | null;
  columns: ColumnFacts[];
  /** Images in each file of details, of scores, and of shapes. */
  detailRows: number;
  /** Images in each file of what is near them. */
  nearRows: number;
  /** Null where all that is drawn is read at once. */
  tiles: TilesFacts | null;
}

/** A file `maps/N.js`: what is drawn of one map. Images behind the last box are not on it. */
export interface MapFile {
  name: string;
  /** The clusters follow changes by hand up to this revision. */
  changed: number;
  /** Left, bottom, right and top of all that is drawn, in map units; y grows upwards. */
  bounds: [number, number, number, number];
  clusters: (Cluster & { x: number; y: number; colour: string })[];
  subclusters: Cluster[];
  /** Rings around clusters: x and y in turn; around a main piece, or around images far from these. */
  outlines: { cluster: number; main: boolean; ring: Packed }[];
  /** x, y, width and height of each image, 0 of those that are not on the map: see `placesOf`. Not there of a map in tiles. */
  boxes?: PackedPlaces;
  /** Of a map in tiles, the extents of its blocks; and the longer side of the typical image and of the largest. */
  blocks?: PackedPlaces;
  sides?: [typical: number, largest: number];
  /** Cluster of each image, 65535 for none: Uint16. */
  cluster: Packed | Runs;
  /** Sub-cluster of each image, -1 for none: Int32. */
  subcluster: Packed | Runs;
  /** The map's tags that can be drawn as nodes. */
  nodes: { label: string; x: number; y: number; size: number; images: number }[];
}

/** One image in a file `near/N/M.js`; null where it is not on the map N. */
export interface Near {
  /** Rows of the images most like it. */
  nearest: number[];
  /** Tags of the map that it is linked to, by number in `nodes`. */
  linked: number[];
  /** Rows of images that it is linked to. */
  joined: number[];
}

/** The file `tags/N.js`: the tags of a backend, sorted. */
export interface TagFile {
  labels: string[];
  /** How many images have each: Uint32. */
  images: Packed;
  /** Of each tag the score, of 255, from which on it stands out; 0 where all do: Uint8. */
  floors: Packed;
  /** Scores, of 255, from which on tags count on some map. */
  leasts: number[];
  /** For each of `leasts` how many images have each tag from there, and from its floor, on: Uint32. */
  counted: Packed[];
  /** The first tag of each file `tags/N/M.js`: Uint32. */
  firsts: Packed;
}

/** A file `tags/N/M.js`: for each of some tags the images that have it, one tag after the other. */
export interface PostingsFile {
  /** Rows, rising for each tag: how far each is from the one before, of its first one from 0; as planes of bytes. */
  rows: Packed;
  /** Scores, of 255: Uint8. */
  scores: Packed;
}

/** A record that led to an image; a file `details/M.js` has those of each. */
export interface Detail {
  location: string;
  frequency: number;
  columns: Record<string, string | null>;
  /** The id of the image that it leads to: another one of an image that stands for its copies. */
  copy: string;
  /** When it is from, in ms since 1970; null without a date. */
  moment: number | null;
}

/** A tag of one image and its score, in a file `scores/N/M.js`. */
export type Scored = [label: string, score: number];

/** The file `annotations.js`: those of each map, by its name. */
export type AnnotationFile = Record<string, { id: string; revision: number; content: unknown }[]>;

/** The file `families/rows.js`: images of one picture, also of its near duplicates. */
export interface FamilyFile {
  /** Where the images of each family begin in `rows`, and the end of all: Uint32. */
  starts: Packed;
  /** Uint32. */
  rows: Packed;
}

/** The file `families/table.js`: of each family; numbers are Uint32. */
export interface FamilyTable {
  /** Different pictures. */
  images: Packed;
  records: Packed;
  frequency: Packed;
  /** Hosts, or folders. */
  places: Packed;
  first: (string | null)[];
  last: (string | null)[];
  /** When that was, in ms since 1970, NaN without a date: Float64. */
  begin: Packed;
  end: Packed;
}

/** A file `columns/N.js`: the values of each image, those of all its records. */
export interface ColumnFile {
  /** The different ones, sorted; none is empty. */
  values: string[];
  /** Of each value the number, or the date's first moment in ms since 1970; NaN for none: Float64. */
  keys?: Packed;
  /** Where the values of each image begin in `of`, and the end of all: Uint32. Not there where no image has several. */
  starts?: Packed;
  /** Rows of `values`. Without `starts` one for each image, -1 for none: Int32, else Uint32. */
  of: Packed;
}

/** A file `pages/LEVEL-N.js`: a page as base64 of a JPEG. */
export type PageFile = string;

declare global {
  interface Window {
    tagatlasData?: (name: string, content: unknown) => void;
    tagatlasDeflated?: (name: string, deflated: Packed) => void;
  }
}

/** A file of the viewer is not there, or not as it was written. */
export class Missing extends Error {
  readonly folder: string;

  constructor(path: string, state: "is not there" | "is damaged" = "is not there") {
    super(`${path} ${state}, so that something is not shown: copy the whole folder of the viewer.`);
    this.folder = path.slice(0, path.lastIndexOf("/"));
  }
}

const waiting = new Map<string, (content: unknown) => void>();
const coming = new Map<string, Promise<unknown>>();

window.tagatlasData = (name, content) => waiting.get(name)?.(content);
window.tagatlasDeflated = (name, deflated) => waiting.get(name)?.(inflated(deflated));

/** Read one of the viewer's files; its name is its path in `data` without the ending. */
function read<Content>(name: string): Promise<Content> {
  let content = coming.get(name);
  if (!content) {
    content = load(name).finally(() => coming.delete(name));
    coming.set(name, content);
  }
  return content as Promise<Content>;
}

async function load(name: string): Promise<unknown> {
  if (isEmbedded) return askFor(name);
  const path = `data/${name}.js`;
  const script = document.createElement("script");
  const ran = new Promise<unknown>((done, failed) => {
    // What is done with the content waits until the page had time for others.
    waiting.set(name, (content) => {
      waiting.delete(name);
      setTimeout(done, 0, content);
    });
    script.src = path;
    script.onerror = () => failed(new Missing(path));
    // A script that broke off, or is another page's, has run without handing its content over.
    script.onload = () => waiting.has(name) && failed(new Missing(path, "is damaged"));
    document.head.append(script);
  });
  try {
    return await ran;
  } catch (error) {
    throw error instanceof Missing ? error : new Missing(path, "is damaged"); // it could not be inflated
  } finally {
    waiting.delete(name);
    script.remove();
  }
}

export const readAtlas = () => read<AtlasFile>("atlas");
export const readMap = (map: number) => read<MapFile>(`maps/${map}`);
export const readNear = (map: number, part: number) => read<(Near | null)[]>(`near/${map}/${part}`);
export const readIds = () => read<string[]>("ids");
export const readLabels = () => read<string[]>("labels");
export const readPlaces = (map: number, tile: number) => read<PackedPlaces>(`places/${map}/${tile}`);
/** Ids and labels of some images. */
export const readTextPart = (part: number) => read<[ids: string[], labels: string[]]>(`texts/${part}`);
/** How the first id of each part of the index begins. */
export const readRowIndex = () => read<string[]>("rows");
/** How ids begin, sorted, and the rows of their images: Uint32. */
export const readRows = (part: number) => read<{ ids: string[]; rows: Packed }>(`rows/${part}`);
/** Width and height of each picture on the sharpest pages, in pixels, one after the other: Uint16. */
export const readShapes = (part: number) => read<Packed>(`shapes/${part}`);
export const readCounts = () => read<{ frequency: Packed; records: Packed }>("counts");
export const readTags = (backend: number) => read<TagFile>(`tags/${backend}`);
export const readPostings = (backend: number, part: number) => read<PostingsFile>(`tags/${backend}/${part}`);
export const readScores = (backend: number, part: number) => read<Scored[][]>(`scores/${backend}/${part}`);
export const readDetails = (part: number) => read<Detail[][]>(`details/${part}`);
export const readColumn = (file: number) => read<ColumnFile>(`columns/${file}`);
export const readFamilies = () => read<FamilyFile>("families/rows");
export const readFamilyTable = () => read<FamilyTable>("families/table");
export const readAnnotations = () => read<AnnotationFile>("annotations");

/** A page of pictures, decoded. `level` is `base` or the number of a level. */
export function readPage(level: string, page: number): Promise<ImageBitmap> {
  return readBitmap(`pages/${level}-${page}`);
}

/** A picture of the whole map, or of a part of it, decoded. */
export function readOverview(level: number, column: number, row: number): Promise<ImageBitmap> {
  return readBitmap(`overview/${level}-${column}-${row}`);
}

async function readBitmap(name: string): Promise<ImageBitmap> {
  const encoded = await read<PageFile>(name);
  const blob = new Blob([unpack(encoded)], { type: "image/jpeg" });
  return createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" }).catch(() => {
    throw new Missing(`data/${name}.js`, "is damaged");
  });
}
