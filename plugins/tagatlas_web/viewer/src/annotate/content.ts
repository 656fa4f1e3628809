/** What annotations say: as `tagatlas.annotations` writes and checks it. */

/** x and y in map units; y grows upwards. */
export type Point = readonly [number, number];

export interface ClusterName {
  kind: "name";
  level: "cluster" | "subcluster";
  /** Its row in the map's table. */
  number: number;
  name: string;
  /** Ids of images that stand for it. */
  typical: readonly string[];
  automatic_name: string;
}

/** An image that a drawing follows: its id, and its place on the map that was drawn on. */
export type Anchor = readonly [image: string, x: number, y: number];

/** What every drawing may say besides. */
interface Following {
  /** The images that it surrounds or is beside. */
  anchors?: readonly Anchor[];
}

/** In times of the usual ones; absent where they are these. */
interface Sized {
  line_width?: number;
  text_size?: number;
}

export interface Outline extends Following, Sized {
  kind: "outline";
  points: readonly Point[];
  colour: string;
  text: string;
  /** Whether its colour lies thinly over what it surrounds. */
  fill?: boolean;
}

export interface Arrow extends Following, Sized {
  kind: "arrow";
  /** Its tail. */
  begin: Point;
  /** Its head. */
  end: Point;
  colour: string;
  text: string;
}

export interface Caption extends Following {
  kind: "text";
  /** The middle of its first line. */
  place: Point;
  text: string;
  /** Of its letters, in map units. */
  size: number;
  colour: string;
}

export interface Note extends Following {
  kind: "note";
  place: Point;
  text: string;
  colour: string;
  /** Id of the image it is about. */
  image: string | null;
  /** Row of the cluster it is about. */
  cluster: number | null;
}

/** A cluster that a change is about; it is the one that most of the images are in. */
export interface ClusterReference {
  name: string;
  /** Ids of images in it; none of a cluster that a change makes. */
  typical: readonly string[];
}

/** Images that are moved to another cluster, or to a new one. */
export interface ClusterMove {
  kind: "move";
  /** Their ids. */
  images: readonly string[];
  into: ClusterReference;
}

/** A cluster that is merged into another. */
export interface ClusterMerge {
  kind: "merge";
  cluster: ClusterReference;
  into: ClusterReference;
}

/** A change of clusters. */
export type ClusterChange = ClusterMove | ClusterMerge;
/** What is drawn at a place of the map. */
export type Drawn = Outline | Arrow | Caption | Note;
export type Content = ClusterName | ClusterChange | Drawn;

/** An annotation as a server or a viewer's folder tells of it. */
export interface Annotation {
  id: string;
  revision: number;
  /** Rises with every new annotation. */
  number: number;
  /** null: it was removed. */
  content: Content | null;
}

export const LONGEST_NAME = 80;
export const LONGEST_TEXT = 5000;
export const MOST_POINTS = 5000;
export const MOST_MOVED = 10_000;

export function isChange(content: Content): content is ClusterChange {
  return content.kind === "move" || content.kind === "merge";
}

export function isDrawn(content: Content): content is Drawn {
  return content.kind !== "name" && !isChange(content);
}

/** Colours that stand out on light and on dark ground alike, and white on them; with their names. */
export const COLOURS: readonly (readonly [colour: string, name: string])[] = [
  ["#eb1a13", "red"],
  ["#bc5d0a", "orange"],
  ["#8b760f", "olive"],
  ["#22893c", "green"],
  ["#138585", "teal"],
  ["#1976e0", "blue"],
  ["#945ad6", "violet"],
  ["#d43298", "pink"],
];

/** Whether two contents say the same. */
export function same(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    keys.length === others.length &&
    keys.every((key) => same((one as never)[key], (other as never)[key]))
  );
}

/** The same drawing elsewhere. */
export function moved<Kind extends Drawn>(content: Kind, right: number, up: number): Kind {
  const to = ([x, y]: Point): Point => [x + right, y + up];
  if (content.kind === "outline") return { ...content, points: content.points.map(to) };
  if (content.kind === "arrow") return { ...content, begin: to(content.begin), end: to(content.end) };
  return { ...content, place: to(content.place) };
}

/** The least and the greatest number of times that a line is wider, and letters are larger. */
export const TIMES = [0.25, 8] as const;

/** An outline or an arrow with a wider or thinner line. */
export function widened<Kind extends Drawn>(content: Kind, factor: number): Kind {
  if (content.kind !== "outline" && content.kind !== "arrow") return content;
  return { ...content, line_width: times(content.line_width, factor) };
}

/** A drawing with larger or smaller letters; those of a note are as they are. */
export function lettered<Kind extends Drawn>(content: Kind, factor: number): Kind {
  if (content.kind === "text") return { ...content, size: content.size * factor };
  if (content.kind === "note") return content;
  return { ...content, text_size: times(content.text_size, factor) };
}

function times(before: number | undefined, factor: number): number {
  return Math.min(Math.max((before ?? 1) * factor, TIMES[0]), TIMES[1]);
}

/** The same drawing larger or smaller about its middle; a note has one size. */
export function scaled<Kind extends Drawn>(content: Kind, factor: number): Kind {
  if (content.kind === "text") return { ...content, size: content.size * factor };
  if (content.kind === "note") return content;
  const points = content.kind === "outline" ? content.points : [content.begin, content.end];
  const [x, y] = middle(points);
  const to = (point: Point): Point => [x + (point[0] - x) * factor, y + (point[1] - y) * factor];
  if (content.kind === "outline") return { ...content, points: content.points.map(to) };
  return { ...content, begin: to(content.begin), end: to(content.end) };
}

/** The part of the map that some points take: left, bottom, right and top. */
export function around(points: readonly Point[]): [number, number, number, number] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [least(xs), least(ys), -least(xs.map((x) => -x)), -least(ys.map((y) => -y))];
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other), Infinity);
}

function middle(points: readonly Point[]): Point {
  const [left, bottom, right, top] = around(points);
  return [(left + right) / 2, (bottom + top) / 2];
}
