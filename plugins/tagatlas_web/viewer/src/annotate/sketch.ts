/**
 * Annotations as shapes and words, in map units: the posters draw the same.
 *
 * y grows downwards here, as it does on the screen. `tagatlas_posters/engine/sketches.py` has the
 * same figures.
 */

import type { Bounds } from "../map/camera";
import { figure } from "../elements";
import type { Arrow, Caption, Drawn, Note, Outline, Point } from "./content";

const STROKE = 1 / 300;
const MARK = 1 / 60;
const LETTERS = 1 / 40;
const FILL = 0.15;
/** Of an arrow's head, in widths of its line. */
const HEAD_LENGTH = 6;
const HEAD_WIDTH = 5;
/** Between a line and its words, in ems. */
const GAP = 0.1;
const LEADING = 1.18;
const BASELINE = 0.93;
const HALO = 0.13;
const LONGEST_LINE = 30;
const MEASURED = 100;
const FONTS =
  "'DejaVu Sans Condensed', 'DejaVu Sans', 'Arial Narrow', 'Liberation Sans Narrow', 'Helvetica Neue', Arial, sans-serif";

export class Sketcher {
  /** Width of lines, height of marks, and of letters. */
  private readonly line: number;
  private readonly mark: number;
  private readonly letters: number;
  private readonly pen = document.createElement("canvas").getContext("2d")!;

  constructor(bounds: Bounds) {
    this.line = extentOf(bounds) * STROKE;
    this.mark = extentOf(bounds) * MARK;
    this.letters = lettersOn(bounds);
    this.pen.font = `bold ${MEASURED}px ${FONTS}`;
  }

  /** What is drawn of an annotation; notes have a number. */
  sketch(content: Drawn, number: number): SVGElement[] {
    if (content.kind === "outline") return this.outline(content);
    if (content.kind === "arrow") return this.arrow(content);
    if (content.kind === "text") return this.caption(content);
    return this.note(content, number);
  }

  private outline({ points, colour, text, line_width = 1, text_size = 1, fill }: Outline): SVGElement[] {
    const [line, size] = [this.line * line_width, this.letters * text_size];
    const d = `M${points.map(written).join("L")}Z`;
    const tint = fill ? [figure("path", { class: "tint", d, fill: colour, "fill-opacity": FILL })] : [];
    const lines = linesOf(text);
    const highest = points.reduce((best, point) => (point[1] > best[1] ? point : best));
    const rise = line / 2 + (GAP + (lines.length * LEADING) / 2) * size;
    const begin: Point = [highest[0], highest[1] + line / 2];
    return [...tint, figure("path", { d, ...stroke(colour, line) }), ...words(lines, size, [highest[0], highest[1] + rise], colour, begin)];
  }

  private arrow({ begin, end, colour, text, line_width = 1, text_size = 1 }: Arrow): SVGElement[] {
    const [line, size] = [this.line * line_width, this.letters * text_size];
    const length = Math.hypot(end[0] - begin[0], end[1] - begin[1]);
    const along = length ? [(end[0] - begin[0]) / length, (end[1] - begin[1]) / length] : [1, 0];
    const [right, up] = along as [number, number];
    const half = (line * HEAD_WIDTH) / 2;
    const head = line * HEAD_LENGTH;
    const neck: Point = [end[0] - right * head, end[1] - up * head];
    const sides: Point[] = [
      [neck[0] - up * half, neck[1] + right * half],
      [neck[0] + up * half, neck[1] - right * half],
    ];
    const drawn: SVGElement[] = [];
    if (length > head) {
      drawn.push(figure("path", { d: `M${written(begin)}L${written(neck)}`, ...stroke(colour, line) }));
    }
    drawn.push(figure("path", { d: `M${[end, ...sides].map(written).join("L")}Z`, fill: colour }));
    const lines = linesOf(text);
    if (!lines.length) return drawn;
    const [width, height] = this.extent(lines, size);
    const away = (Math.abs(right) * width + Math.abs(up) * height) / 2 + line / 2 + GAP * size;
    const place: Point = [begin[0] - right * away, begin[1] - up * away];
    return [...drawn, ...words(lines, size, place, colour, begin)];
  }

  private caption({ place, text, size, colour }: Caption): SVGElement[] {
    const lines = linesOf(text);
    const fall = (((lines.length - 1) * LEADING) / 2) * size;
    return words(lines, size, [place[0], place[1] - fall], colour, place);
  }

  private note({ place, colour }: Note, number: number): SVGElement[] {
    const [x, y] = place;
    const size = this.mark * (number < 100 ? 0.7 : number < 1000 ? 0.5 : 0.35);
    const mark = figure("circle", { cx: x, cy: -y, r: this.mark / 2, fill: colour });
    const text = writing([String(number)], size, place);
    text.setAttribute("fill", "#ffffff");
    text.setAttribute("font-weight", "bold");
    return [mark, text];
  }

  /** Width and height of words with the light edge around them. */
  private extent(lines: readonly string[], size: number): [number, number] {
    const widest = Math.max(...lines.map((line) => this.pen.measureText(line).width));
    const edge = 2 * HALO;
    return [(widest / MEASURED + edge) * size, (lines.length * LEADING + edge) * size];
  }
}

function stroke(colour: string, width: number): Record<string, string | number> {
  const round = { "stroke-linejoin": "round", "stroke-linecap": "round" };
  return { fill: "none", stroke: colour, "stroke-width": width, ...round };
}

/** The height of the words of outlines and arrows on a map. */
export function lettersOn(bounds: Bounds): number {
  return extentOf(bounds) * LETTERS;
}

function extentOf([left, bottom, right, top]: Bounds): number {
  return Math.max(right - left, top - bottom, 1e-9);
}

/**
 * Lines of text about a point, set off from what is below them.
 *
 * @param begin the point that stays where it is when they are magnified, see `words.ts`.
 */
function words(lines: readonly string[], size: number, centre: Point, colour: string, begin: Point): SVGElement[] {
  if (!lines.length) return [];
  const text = writing(lines, size, centre);
  text.setAttribute("class", "words");
  text.setAttribute("font-weight", "bold");
  text.setAttribute("fill", colour);
  text.setAttribute("stroke-width", String(2 * HALO * size));
  text.dataset.size = String(size);
  text.dataset.from = `${begin[0]} ${-begin[1]}`;
  return [text];
}

function writing(lines: readonly string[], size: number, [x, y]: Point): SVGTextElement {
  const text = figure("text", { "font-size": size, "text-anchor": "middle" });
  lines.forEach((line, number) => {
    const below = (number - lines.length / 2) * LEADING + BASELINE;
    const part = figure("tspan", { x, y: -y + below * size });
    part.textContent = line;
    if (number) text.append(blank());
    text.append(part);
  });
  return text;
}

/** What is read between two lines, and takes no room. */
function blank(): SVGTSpanElement {
  const made = figure("tspan", { "font-size": 0 });
  made.textContent = " ";
  return made;
}

function written([x, y]: Point): string {
  return `${x} ${-y}`;
}

// Characters that steer, and those that reorder the text around them (Unicode UAX #9).
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The lines of a text as they are drawn; none if there is nothing to be seen. */
export function linesOf(text: string): string[] {
  const lines = text.trim().split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  const parts = lines.flatMap((line) => {
    const visible = line.replace(/\s/gu, " ").replace(UNSEEN, "").trim().split(/ +/).join(" ");
    return wrapped([...visible]);
  });
  return parts.some((part) => part) ? parts : [];
}

/** A line broken between words where it is too long to be read. */
function wrapped(letters: string[]): string[] {
  const parts: string[] = [];
  while (letters.length > LONGEST_LINE) {
    const space = letters.lastIndexOf(" ", LONGEST_LINE);
    const end = space > 0 ? space : LONGEST_LINE;
    parts.push(letters.slice(0, end).join(""));
    letters = letters.slice(space > 0 ? end + 1 : end);
  }
  return [...parts, letters.join("")];
}
