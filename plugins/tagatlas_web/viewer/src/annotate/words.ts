/** The words of drawings on the screen: large enough to be read, and not beyond its edges. */

import type { Camera } from "../map/camera";

/** What of the map is on the screen. */
export interface View {
  /** The middle, in map units, and pixels of the screen for one of them. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** So many pixels at the upper edge are behind controls. */
  readonly above: number;
}

/** Words as they are set, in map units; y grows downwards. */
export interface Words {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The point that stays where it is when they are magnified: where what they are about begins. */
  readonly from: readonly [number, number];
  /** Of their letters; 0 where they are as they are. */
  readonly size: number;
}

export interface Shown {
  readonly factor: number;
  /** By how much they are moved after that, in map units. */
  readonly by: readonly [number, number];
}

/** Letters are never smaller on the screen, in pixels. */
const LEAST = 16;
const EDGE = 4;

/** How the words are magnified and moved so that they can be read as long as what they are about is in view. */
export function shownWords({ x, y, width, height, from, size }: Words, view: View): Shown {
  if (!size) return { factor: 1, by: [0, 0] };
  const { scale } = view;
  const wanted = LEAST / (size * scale);
  const fitting = (view.width - 2 * EDGE) / Math.max(width * scale, 1e-9);
  const factor = Math.max(1, Math.min(wanted, fitting));
  const toScreen = (across: number, down: number) => [
    (from[0] + (across - from[0]) * factor - view.x) * scale + view.width / 2,
    (from[1] + (down - from[1]) * factor + view.y) * scale + view.height / 2,
  ] as const;
  const [beginX, beginY] = toScreen(...from);
  if (beginX < 0 || beginX > view.width || beginY < 0 || beginY > view.height) return { factor, by: [0, 0] };
  const [left, top] = toScreen(x, y);
  const [right, bottom] = toScreen(x + width, y + height);
  return {
    factor,
    by: [within(left, right, EDGE, view.width - EDGE) / scale, within(top, bottom, view.above + EDGE, view.height - EDGE) / scale],
  };
}

/** By how much a length is moved to be between two ends; by nothing where it is longer. */
function within(first: number, last: number, low: number, high: number): number {
  if (last - first > high - low) return 0;
  return first < low ? low - first : last > high ? high - last : 0;
}

/** What a camera shows. */
export function viewOf({ x, y, scale, width, height, above }: Camera): View {
  return { x, y, scale, width, height, above };
}

/** The view of the whole map. */
export function wholeView({ wholeMap, width, height, above }: Camera): View {
  return { ...wholeMap, width, height, above };
}

const boxes = new WeakMap<SVGGraphicsElement, Words>();

/** How words were set in the page. */
export function wordsOf(text: SVGGraphicsElement): Words {
  const known = boxes.get(text);
  if (known) return known;
  const { x, y, width, height } = text.getBBox();
  const [fromX = 0, fromY = 0] = (text.dataset.from ?? "").split(" ").map(Number);
  const words = { x, y, width, height, from: [fromX, fromY] as const, size: Number(text.dataset.size ?? 0) };
  if (width > 0) boxes.set(text, words); // it is in the page
  return words;
}

/** Show words as a view needs them. */
export function fit(text: SVGGraphicsElement, view: View): void {
  const words = wordsOf(text);
  const { factor, by: [right, down] } = shownWords(words, view);
  const [x, y] = words.from;
  if (factor === 1 && !right && !down) text.removeAttribute("transform");
  else text.setAttribute("transform", `translate(${x + right} ${y + down}) scale(${factor}) translate(${-x} ${-y})`);
}
