/** Ways to look at the images: how they are arranged, and what they are coloured by. */

import type { Term } from "../address/address";
import { button, count, element, foreign, isolated, plain } from "../elements";
import type { Model } from "../data/model";
import type { Condition } from "../find/conditions";
import { ofRows } from "../find/kinds";
import type { Stage } from "../map/stage";
import type { Stages } from "../map/stages";
import { orSaid } from "../trouble";
import { arrangedBy, classTerm, colouringBy, dates, measures, type Colouring } from "./measures";
import { ColourPicker, PlacePicker } from "./pickers";

export interface LooksActions {
  /** The images of a class of what colours them are wanted. */
  chosen(condition: Condition): void;
  /** The image that is to stay in view; -1 for none. */
  kept(): number;
  say(news: string): void;
}

export class Looks {
  private readonly legend = element("div", { class: "colour-legend" });
  private readonly places: PlacePicker;
  private readonly colours: ColourPicker;
  private colouring: Colouring | null = null;
  private inks: Float32Array | null = null;
  private chosen: ArrayLike<number> | null = null;
  /** How often an arrangement was asked for, and a colour: each waits for its own files. */
  private readonly asked = { arrangement: 0, colour: 0 };

  constructor(
    place: HTMLElement,
    private readonly model: Model,
    private readonly stages: Stages,
    private readonly actions: LooksActions,
  ) {
    this.places = new PlacePicker(dates(model), measures(model), (term) => {
      orSaid(this.arrange(stages.active, term).catch((error: unknown) => {
        this.turned(); // the list shows how images are arranged, not how they could not be
        throw error;
      }));
    });
    this.colours = new ColourPicker(model, (term) => {
      orSaid(this.colourBy(term).catch((error: unknown) => {
        this.colours.show(this.colour);
        throw error;
      }));
    });
    if (model.isTiled) place.append(lacking(model));
    else place.append(this.places.root, this.colours.root, this.legend);
  }

  /** What colours the images, or null. */
  get colour(): Term | null {
    return this.colouring?.term ?? null;
  }

  /** A copy of the legend, for a sheet; null where there is none. */
  get legendOfSheet(): Node | null {
    if (!this.colouring) return null;
    const copy = this.legend.cloneNode(true) as HTMLElement;
    copy.querySelectorAll("button").forEach((each) => each.replaceWith(...each.childNodes));
    return copy;
  }

  /** A stage was put there. */
  begun(stage: Stage): void {
    if (this.inks) stage.tint(this.inks);
  }

  /** Another stage is worked with, or shows another map. */
  turned(): void {
    this.places.show(this.stages.active.places.arranged?.term ?? null);
    this.list();
  }

  /** Count what is chosen. */
  show(chosen: ArrayLike<number> | null): void {
    this.chosen = chosen;
    this.list();
  }

  /** Arrange the images of a stage; null as on its map. Whether that is possible. */
  async arrange(stage: Stage, term: Term | null): Promise<boolean> {
    if (term && this.model.isTiled) return false;
    const asked = ++this.asked.arrangement;
    const { chart } = stage;
    const arranged = term && (await arrangedBy(this.model, chart, term));
    if (term && !arranged) return false;
    await stage.settled();
    if (asked !== this.asked.arrangement || stage.chart !== chart) return true; // asked for something else meanwhile
    if (!arranged && !stage.places.arranged) return true;
    stage.show(arranged ? chart.placed(arranged) : chart, this.actions.kept());
    this.turned();
    const lacking = arranged?.lacking ?? 0;
    const without = lacking ? `; ${count(lacking, "image has", "images have")} no value there, and ${lacking === 1 ? "is" : "are"} not shown` : "";
    this.actions.say(arranged ? `${isolated(arranged.title)}${without}` : `Map ${isolated(chart.facts.name)}`);
    return true;
  }

  /** Colour the images; null by nothing. Whether that is possible. */
  async colourBy(term: Term | null): Promise<boolean> {
    if (term && this.model.isTiled) return false;
    const asked = ++this.asked.colour;
    const colouring = term && (await colouringBy(this.model, term));
    if (asked !== this.asked.colour) return true;
    if (term && !colouring?.classes.length) {
      this.actions.say(`No image has a value to be coloured by ${isolated(term.slice(1).join(" "))}`);
      this.colours.show(this.colour);
      return false;
    }
    this.colouring = colouring;
    this.inks = colouring && inksOf(colouring);
    for (const stage of this.stages.all) stage.tint(this.inks);
    this.colours.show(term);
    this.list();
    if (colouring) this.actions.say(`Coloured by ${isolated(colouring.title)}`);
    return true;
  }

  private list(): void {
    const { colouring } = this;
    this.legend.hidden = colouring === null;
    if (!colouring) return this.legend.replaceChildren();
    const chart = this.stages.active.places;
    const all = counted(colouring, everyRow(this.model.count), (row) => chart.has(row));
    const some = this.chosen && counted(colouring, this.chosen, (row) => chart.has(row));
    const entry = (at: number, label: string, colour: string) => {
      const choose = button(foreign(label), () => this.actions.chosen(ofClass(this.model, colouring, at)));
      const images = some ? `${plain(some.of[at]!)} of ${plain(all.of[at]!)}` : plain(all.of[at]!);
      const line = element("li", {}, choose, element("span", { class: "size" }, images));
      line.style.setProperty("--ink", colour);
      return line;
    };
    const items = colouring.classes.flatMap(({ label, colour }, at) => (all.of[at] ? [entry(at, label, colour)] : []));
    const none = all.none ? element("li", { class: "none" }, element("span", { class: "size" }, `${plain(all.none)} without a value, no frame`)) : null;
    this.legend.replaceChildren(element("h3", {}, "Frames: ", foreign(colouring.title)), element("ul", {}, ...items, none));
  }
}

/** What there is not where there are many images, in a line. */
function lacking({ atlas }: Model): HTMLElement {
  const { otherMaps: others, leftOut, labels } = atlas.tiles!;
  const names = labels ? "the gallery is not sorted by name" : "names are not searched, and the gallery is not sorted by them";
  const columns = leftOut.length ? ` Too many different values to be searched, filtered or in tables have: ${leftOut.map(isolated).join(", ")}.` : "";
  const maps = others ? ` The atlas has ${count(others, "other map")}: each gets a viewer of its own.` : "";
  return element(
    "p", { class: "size lacking" },
    `Of so many images, ${names}; there are no other arrangements and colours, and clusters are not changed here.${maps}${columns}`,
  );
}

/** Images of a class. */
export function ofClass(model: Model, colouring: Colouring, at: number): Condition {
  const rows: number[] = [];
  colouring.of.forEach((each, row) => each === at && rows.push(row));
  const words = `${colouring.title}: ${colouring.classes[at]?.label ?? ""}`;
  return ofRows(`coloured ${colouring.title}`, words, model.count, rows, classTerm(colouring, at));
}

function inksOf({ classes, of }: Colouring): Float32Array {
  const inks = classes.map(({ colour }) => parseInt(colour.slice(1), 16));
  return Float32Array.from(of, (each) => inks[each] ?? -1);
}

function counted(
  { classes, of }: Colouring,
  rows: ArrayLike<number>,
  here: (row: number) => boolean,
): { of: number[]; none: number } {
  const counts = new Array<number>(classes.length).fill(0);
  let none = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (!here(row)) continue;
    if (of[row]! < 0) none++;
    else counts[of[row]!]!++;
  }
  return { of: counts, none };
}

function everyRow(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}
