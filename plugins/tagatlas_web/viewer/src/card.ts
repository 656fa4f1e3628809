/** The card of one image: its picture, records, tags, and the images most like it. */

import type { Detail } from "./data";
import { button, count, element, foreign } from "./elements";
import { showPicture } from "./host";
import type { Model } from "./model";

const RECORDS_SHOWN = 50;

export interface CardActions {
  open(row: number): void;
  tag(label: string): void;
  cluster(number: number): void;
  close(): void;
}

export class Card {
  private wanted = -1;

  constructor(
    private readonly place: HTMLElement,
    private readonly model: Model,
    private readonly actions: CardActions,
  ) {}

  hide(): void {
    this.wanted = -1;
    this.place.hidden = true;
  }

  /** Show an image; a slower one asked for before no longer comes. */
  async show(row: number): Promise<Detail> {
    this.wanted = row;
    const detail = await this.model.detail(row);
    if (this.wanted !== row) return detail;
    const close = button("Close", () => this.actions.close());
    close.className = "close";
    this.place.replaceChildren(
      close,
      this.picture(row, detail),
      this.heading(row),
      this.nearest(await this.nearestPictures(detail)),
      ...Object.entries(detail.tags).map(([backend, tags]) => this.tags(backend, tags)),
      records(detail),
    );
    this.place.hidden = false;
    this.place.scrollTop = 0;
    return detail;
  }

  private picture(row: number, detail: Detail): HTMLElement {
    const picture = element("img", { alt: this.model.label(row) });
    picture.addEventListener("error", () => {
      picture.replaceWith(element("p", { class: "gone" }, "The picture is not in this folder."));
    });
    return element("figure", {}, showPicture(picture, detail.picture));
  }

  private heading(row: number): HTMLElement {
    const { map, cluster, frequency, records: counted } = this.model;
    const named = map.clusters[cluster[row]!];
    const sub = map.subclusters[this.model.subcluster[row]!];
    const into = button(foreign(named?.name ?? ""), () => this.actions.cluster(cluster[row]!));
    into.style.setProperty("--ink", named?.colour ?? "#888888");
    into.className = "cluster";
    return element(
      "header",
      {},
      element("h2", {}, foreign(this.model.label(row))),
      element("p", {}, into, sub ? " › " : null, sub ? foreign(sub.name) : null),
      element("p", {}, `${count(counted[row]!, "record")}, seen ${count(frequency[row]!, "time")}`),
    );
  }

  private async nearestPictures(detail: Detail): Promise<[number, Detail][]> {
    return Promise.all(
      detail.nearest.map(async (row): Promise<[number, Detail]> => [row, await this.model.detail(row)]),
    );
  }

  private nearest(pictures: [number, Detail][]): HTMLElement {
    const row = element("div", { class: "nearest" });
    for (const [image, detail] of pictures) {
      const label = this.model.label(image);
      const picture = element("img", { alt: "", loading: "lazy" });
      const open = button(showPicture(picture, detail.picture), () => this.actions.open(image));
      open.title = label;
      open.setAttribute("aria-label", label);
      row.append(open);
    }
    return element("section", {}, element("h3", {}, "Most like it"), row);
  }

  private tags(backend: string, tags: [string, number][]): HTMLElement {
    const list = element("ol", { class: "scores" });
    for (const [label, score] of tags) {
      const find = button(foreign(label), () => this.actions.tag(label));
      const bar = element("span", { class: "bar" });
      bar.style.setProperty("--score", String(score));
      list.append(element("li", {}, find, bar, element("span", {}, score.toFixed(2))));
    }
    if (!tags.length) list.append(element("li", {}, "nothing seen"));
    return element("section", {}, element("h3", {}, "Tags of ", foreign(backend)), list);
  }
}

function records(detail: Detail): HTMLElement {
  const list = element("ol", { class: "records" });
  for (const record of detail.records.slice(0, RECORDS_SHOWN)) {
    const columns = element("dl");
    for (const [name, value] of Object.entries(record.columns)) {
      if (value) columns.append(element("dt", {}, foreign(name)), element("dd", {}, foreign(value)));
    }
    const times = record.frequency > 1 ? ` (${count(record.frequency, "time")})` : null;
    list.append(element("li", {}, address(record.location), times, columns));
  }
  const more = detail.records.length - RECORDS_SHOWN;
  if (more > 0) list.append(element("li", {}, `and ${count(more, "more record")}`));
  return element("section", {}, element("h3", {}, "Records"), list);
}

/** A link where it is one to the web, else the text. */
function address(location: string): HTMLElement {
  if (!/^https?:\/\//i.test(location)) return foreign(location);
  const link = element("a", { href: location, rel: "noreferrer noopener", target: "_blank" });
  link.append(foreign(location));
  return link;
}
