/** Elements of the page. All text is put in as text, never as markup. */

type Child = Node | string | null;

/** An element with attributes and children; event handlers are added by the caller. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** An element of a drawing. */
export function figure<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | number> = {},
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** A text from outside, which cannot turn the order of what stands around it. */
export function foreign(text: string): HTMLElement {
  return element("bdi", {}, text);
}

/** A text from outside as a part of a sentence, whose order it cannot turn. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

export function button(text: Child, pressed: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", pressed);
  return made;
}

/** A list to choose from; the value of an option is its text. */
export function choice(label: string, options: readonly string[]): HTMLSelectElement {
  const made = element("select", { "aria-label": label });
  made.append(...options.map((text) => element("option", { value: text }, text)));
  return made;
}

/** The element of that id, which the page has. */
export function byId<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

const written = new Intl.NumberFormat("en");

/** A number as people write it. */
export function plain(number: number): string {
  return written.format(number);
}

/** So many of something. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${plain(number)} ${number === 1 ? one : many}`;
}

/** A share; 0 and 100 only of none and all. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share} %`;
  if (share >= 0.1) return `${Math.min(Math.round(100 * share), 99)} %`;
  return `${Math.max(100 * share, 0.1).toFixed(1)} %`;
}
