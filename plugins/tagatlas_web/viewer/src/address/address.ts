/** What a page shows, as the fragment of its address: `#v=1&map=birds&at=3.2,4.5,10&only=tag:owl`. */

/** Words of an address that belong together, the kind at the front: `["tag", "owl", "0.4"]`. */
export type Term = readonly string[];

/** The middle of what is seen of a map, and how much its shorter side holds, in map units. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly span: number;
}

/** One of the maps that are shown, by name. */
export interface Shown {
  readonly map: string;
  /** null shows all of it. */
  readonly spot: Spot | null;
  /** How its images are arranged; null as on the map. */
  readonly arranged: Term | null;
}

/** A condition, and what it does to what those before it choose. */
export interface AddressStep {
  readonly mode: "narrow" | "add" | "subtract";
  readonly term: Term;
}

export interface Address {
  /** Side by side; none for the first map as it is at first. */
  readonly shown: readonly Shown[];
  /** The one of these that is worked with. */
  readonly used: number;
  /** What images are coloured by; null by nothing. */
  readonly colour: Term | null;
  /** One after the other narrows what is chosen, adds to it, or takes away. */
  readonly steps: readonly AddressStep[];
  /** What stands in the place of the map, and in which order: the gallery or the table of copies; null where nothing does. */
  readonly panel: Term | null;
  /** The card that is open: of an image, a cluster or a tag. */
  readonly open: Term | null;
}

const VERSION = 1;
const LONGEST = 16_000;
const MOST_SHOWN = 2;
const MOST_CONDITIONS = 24;
/** Of an address, for its conditions; the rest is for maps, places and cards. */
const LONGEST_STEPS = 12_000;
const MODES = { only: "narrow", or: "add", not: "subtract" } as const;

export const NOTHING: Address = { shown: [], used: 0, colour: null, steps: [], panel: null, open: null };

/** The fragment of an address, without `#`; empty where all is as at first. */
export function written(address: Address): string {
  const parts: string[] = [];
  address.shown.forEach(({ map, spot, arranged }, at) => {
    parts.push(`map=${word(map)}`);
    if (spot) parts.push(`at=${spotWords(spot)}`);
    if (arranged) parts.push(`as=${joined(arranged)}`);
    if (at === address.used && at > 0) parts.push("used");
  });
  if (address.colour) parts.push(`colour=${joined(address.colour)}`);
  for (const { mode, term } of address.steps) {
    const key = Object.entries(MODES).find(([, each]) => each === mode)![0];
    parts.push(`${key}=${joined(term)}`);
  }
  if (address.panel) parts.push(`panel=${joined(address.panel)}`);
  if (address.open) parts.push(`open=${joined(address.open)}`);
  return parts.length ? [`v=${VERSION}`, ...parts].join("&") : "";
}

/** Those conditions, from the first on, that an address of a length that is read has room for. */
export function fitting<Kind extends AddressStep>(steps: readonly Kind[]): Kind[] {
  let room = LONGEST_STEPS;
  const those: Kind[] = [];
  for (const step of steps) {
    const length = joined(step.term).length + 1;
    if (length > room || those.length === MOST_CONDITIONS) continue;
    room -= length;
    those.push(step);
  }
  return those;
}

/** What an address says, and what of it cannot be understood, as it stands there. */
export function read(fragment: string): { address: Address; unknown: string[] } {
  const text = fragment.replace(/^#/, "");
  if (text.length > LONGEST) return { address: NOTHING, unknown: ["an address of that length"] };
  const shown: { map: string; spot: Spot | null; arranged: Term | null }[] = [];
  let [used, colour, panel, open]: [number, Term | null, Term | null, Term | null] = [0, null, null, null];
  const steps: AddressStep[] = [];
  const unknown: string[] = [];
  for (const part of text.split("&").filter(Boolean)) {
    const cut = part.indexOf("=");
    const [key, value] = cut < 0 ? [part, ""] : [part.slice(0, cut), part.slice(cut + 1)];
    const term = termOf(value);
    const last = shown.at(-1);
    const spot = key === "at" ? spotOf(value) : null;
    if (key === "v" && Number(value) === VERSION) continue;
    else if (key === "map" && term?.length === 1 && shown.length < MOST_SHOWN) {
      shown.push({ map: term[0]!, spot: null, arranged: null });
    } else if (last && key === "at" && spot) last.spot = spot;
    else if (last && key === "as" && term) last.arranged = term;
    else if (last && key === "used" && cut < 0) used = shown.length - 1;
    else if (key === "colour" && term) colour = term;
    else if (isModeKey(key) && term && steps.length < MOST_CONDITIONS) steps.push({ mode: MODES[key], term });
    else if (key === "panel" && term) panel = term;
    else if (key === "open" && term) open = term;
    else unknown.push(part);
  }
  return { address: { shown, used, colour, steps, panel, open }, unknown };
}

function isModeKey(key: string): key is keyof typeof MODES {
  return Object.hasOwn(MODES, key);
}

/** The words of a term, joined so that `termOf` finds them again. */
export function joined(term: Term): string {
  return term.map(word).join(":");
}

/** The words of a term; null where they are written wrongly, or there are none. */
export function termOf(text: string): Term | null {
  try {
    const words = text.split(":").map((each) => decodeURIComponent(each.replaceAll("+", " ")));
    return words[0] === "" ? null : words;
  } catch {
    return null; // a % without its digits
  }
}

/** Numbers that were written one after the other; null where any is none. */
export function numbersOf(text: string): number[] | null {
  const numbers = text.split(",").map((each) => (/^-?\d/.test(each) ? Number(each) : NaN));
  return numbers.every((each) => Number.isFinite(each) && Math.abs(each) < 1e9) ? numbers : null;
}

/** Numbers as an address has them, exact to about 1 / `parts` of a length. */
export function numbersIn(numbers: readonly number[], length: number, parts = 2000): string {
  const digits = Math.min(Math.max(Math.ceil(Math.log10(parts / Math.max(length, 1e-9))), 0), 9);
  return numbers.map((each) => String(Number(each.toFixed(digits)) || 0)).join(",");
}

function spotWords({ x, y, span }: Spot): string {
  return `${numbersIn([x, y], span)},${Number(span.toPrecision(4))}`;
}

function spotOf(text: string): Spot | null {
  const numbers = numbersOf(text);
  if (numbers?.length !== 3 || !(numbers[2]! > 0)) return null;
  const [x, y, span] = numbers as [number, number, number];
  return { x, y, span };
}

/** A word with all that separates words escaped; what no text can hold is replaced. */
function word(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, "\ufffd")).replaceAll("%20", "+").replaceAll("%2C", ",");
}
