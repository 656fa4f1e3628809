/** How a picture travels: the records of all its copies in order of time, with the copies beside them. */

import { sightings, type Sighting } from "../data/families";
import { showPicture } from "../data/host";
import { pictureOf, type Model } from "../data/model";
import { recordList } from "../data/records";
import { button, count, element, foreign } from "../elements";
import { DAY_MS } from "../looks/dates";

const COPIES = 24;

export interface TravelActions {
  open(row: number): void;
  /** Choose the images of a family. */
  choose(rows: readonly number[], words: string): void;
}

export async function travel(model: Model, row: number, actions: TravelActions): Promise<HTMLElement> {
  const seen = await sightings(model, row);
  const own = model.id(row);
  const pictures = new Map<string, Sighting[]>();
  for (const sighting of seen) pictures.set(sighting.copy, [...(pictures.get(sighting.copy) ?? []), sighting]);
  const many = pictures.size > 1;
  const section = recordList(seen, ({ copy }) => (many && copy !== own ? small(model, copy) : null));
  section.querySelector("h3")!.after(summary(seen, model.date));
  if (!many) return section;
  const rows = [...new Set(seen.map((sighting) => sighting.row))].sort((one, other) => one - other);
  section.prepend(
    element("h3", {}, `Copies and near duplicates: ${count(pictures.size, "picture")}`),
    copies(model, own, pictures, actions),
    rows.length > 1
      ? button(`Select these ${rows.length} images`, () => actions.choose(rows, `copies of ${model.label(row)}`))
      : "",
  );
  return section;
}

/** When, how long, where and how often it was seen, in a line. */
function summary(seen: readonly Sighting[], date: string | null): HTMLElement {
  const parts: (string | HTMLElement)[] = [];
  const dated = date === null ? [] : seen.filter(({ moment }) => moment !== null);
  const [first, last] = [dated[0]?.columns[date ?? ""], dated.at(-1)?.columns[date ?? ""]];
  if (first) parts.push("first seen ", foreign(first));
  if (first && last && last !== first) {
    const days = Math.floor((dated.at(-1)!.moment! - dated[0]!.moment!) / DAY_MS);
    parts.push(", last ", foreign(last), ` (${count(days, "day")})`);
  }
  const hosts = new Set(seen.map(({ location }) => hostOf(location)).filter((host) => host !== null));
  if (hosts.size > 1) parts.push(parts.length ? "; " : "", `at ${count(hosts.size, "host")}`);
  return element("p", { class: "size" }, ...parts);
}

function hostOf(location: string): string | null {
  return /^https?:/i.test(location) ? (location.split("/")[2] ?? null) : null;
}

function copies(
  model: Model, own: string, pictures: ReadonlyMap<string, readonly Sighting[]>, actions: TravelActions,
): HTMLElement {
  const line = element("div", { class: "nearest copies" });
  for (const [copy, of] of [...pictures].slice(0, COPIES)) {
    const { row } = of[0]!;
    const words = `${copy === own ? "this picture" : "a copy"}, ${count(of.length, "record")}`;
    const picture = small(model, copy);
    picture.title = words;
    if (model.id(row) !== copy || copy === own) {
      picture.setAttribute("alt", words);
      line.append(element("span", { class: copy === own ? "own" : "" }, picture));
      continue;
    }
    const opens = button(picture, () => actions.open(row));
    opens.setAttribute("aria-label", `${model.label(row)}: ${words}`);
    line.append(opens);
  }
  const more = pictures.size - COPIES;
  if (more > 0) line.append(element("span", {}, `and ${count(more, "more picture")}`));
  return line;
}

function small(model: Model, id: string): HTMLElement {
  const gone = element("span", { class: "gone" }, "no picture");
  if (!model.hasFiles) return gone;
  const picture = element("img", { alt: "", loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith(gone));
  return showPicture(picture, pictureOf("pictures", id));
}
