/** Names as elements: set in lines, and measured as the browser set them. */

import { element, foreign } from "../elements";
import type { Name } from "./names";
import type { Box } from "./placer";

/** A name as it is set; its sizes are in pixels. */
export interface Lettered {
  readonly element: HTMLElement;
  /** Of the letters. */
  readonly size: number;
  readonly width: number;
  readonly height: number;
  /** Of the letters, from the upper left of the element: what is seen of it, and clicked. */
  readonly lines: readonly Box[];
}

/** Sizes of letters on a large map and, where it is narrower than that, on a small one. */
const LARGE = { cluster: [14, 19], subcluster: [13, 13], tag: [12, 12] } as const;
const SMALL = { cluster: [12, 14], subcluster: [12, 12], tag: [11, 11] } as const;
const NARROW = 560;
/** From so many letters on the lines of a name are longer. */
const LONG = 44;

export class Lettering {
  private readonly known = new Map<string, Lettered>();
  private isSmall = false;

  constructor(private readonly layer: HTMLElement) {}

  /** Set names for a map of that width in pixels; what was measured for another is forgotten. */
  fit(width: number): void {
    if (this.isSmall === width < NARROW) return;
    this.isSmall = width < NARROW;
    this.clear();
  }

  clear(): void {
    this.known.clear();
    this.layer.replaceChildren();
  }

  /** Take away all but these names. */
  keep(names: readonly Name[]): void {
    const wanted = new Set(names.flatMap((name) => [keyOf(name, name.text), keyOf(name, name.plain)]));
    for (const [key, { element }] of this.known) {
      if (wanted.has(key)) continue;
      element.remove();
      this.known.delete(key);
    }
  }

  /** Set names, all at once: to measure them one by one would have the page laid out each time. */
  measure(names: readonly Name[], text: (name: Name) => string): void {
    const fresh = names.filter((name) => !this.known.has(keyOf(name, text(name))));
    const made = fresh.map((name) => this.make(name, text(name)));
    this.layer.append(...made);
    fresh.forEach((name, at) => this.known.set(keyOf(name, text(name)), measured(made[at]!)));
    for (const element of made) element.hidden = true;
  }

  /** A name that was measured, smaller by a factor. */
  of(name: Name, text: string, factor = 1): Lettered {
    const { element, size, width, height, lines } = this.known.get(keyOf(name, text))!;
    return {
      element,
      size: size * factor,
      width: Math.ceil(width * factor) + 1,
      height: Math.ceil(height * factor),
      lines: lines.map(([left, top, right, bottom]): Box => [left * factor, top * factor, right * factor, bottom * factor]),
    };
  }

  private make({ kind, colour, rank }: Name, text: string): HTMLElement {
    const made = element("span", { class: kind, title: text }, foreign(text));
    const [least, most] = (this.isSmall ? SMALL : LARGE)[kind];
    made.style.setProperty("--ink", colour || "currentColor");
    made.style.fontSize = `${least + (most - least) * rank}px`;
    made.classList.toggle("long", text.length > LONG);
    return made;
  }
}

function keyOf({ kind, number, colour }: Name, text: string): string {
  return `${kind} ${number} ${colour} ${text}`;
}

function measured(element: HTMLElement): Lettered {
  const outer = element.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(element);
  const rows = [...range.getClientRects()].filter((row) => row.width && row.top < outer.bottom);
  const left = Math.min(outer.right, ...rows.map((row) => row.left));
  const right = Math.max(left, ...rows.map((row) => row.right));
  const lines = rows.map((row): Box => [row.left - left, row.top - outer.top, row.right - left, row.bottom - outer.top]);
  return { element, size: parseFloat(element.style.fontSize), width: right - left, height: outer.height, lines };
}
