/** The card of an image, a cluster or a tag: what is known of it. */

import { backendInWords } from "../data/backends";
import type { Chart } from "../data/chart";
import type { Cluster } from "../data/files";
import { button, count, element, foreign, percent, plain } from "../elements";
import type { Model } from "../data/model";
import { tagHits } from "../find/tagged";
import { ifThere, tellMissing } from "../trouble";
import { cardPicture } from "./picture";
import { tagList } from "./tags";
import { Thumbnails } from "./thumbnails";
import { travel } from "./travel";

const CLUSTERS_OF_TAG = 6;

export interface CardActions {
  open(row: number): void;
  /** Show an image large. */
  enlarge(row: number): void;
  /** Choose the images of a family of copies. */
  choose(rows: readonly number[], words: string): void;
  tag(label: string): void;
  cluster(chart: Chart, level: "cluster" | "subcluster", number: number): void;
  /** What hides an image, or shows it again; null where nothing may be changed. */
  hiding(row: number): HTMLElement | null;
  close(): void;
}

type Part = Node | string | null;

export class Card {
  private asked = 0;
  private readonly thumbnails: Thumbnails;

  constructor(
    private readonly place: HTMLElement,
    private readonly model: Model,
    private readonly actions: CardActions,
  ) {
    this.thumbnails = new Thumbnails(model, (row) => actions.open(row));
    place.tabIndex = -1;
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      actions.close();
    });
  }

  get isShown(): boolean {
    return !this.place.hidden;
  }

  hide(): void {
    this.asked++;
    this.place.hidden = true;
  }

  focus(): void {
    this.place.focus();
  }

  /** Go to the picture, as from its large one. */
  focusPicture(): void {
    (this.place.querySelector<HTMLElement>(".enlarge") ?? this.place).focus();
  }

  /**
   * Show an image.
   *
   * @param charts the maps that are shown: the clusters that it has there are named.
   */
  async image(row: number, charts: readonly Chart[]): Promise<void> {
    const { atlas } = this.model;
    await this.put("The chosen image", [row], async () => [
      cardPicture(this.model, row, () => this.actions.enlarge(row)),
      this.imageHeading(row, charts, await ifThere(this.model.quantities(row))),
      ...(await Promise.all([
        orWords(travel(this.model, row, this.actions)),
        ...this.backendsFor(charts).map((backend) => orWords(this.tags(backend, row))),
        ...atlas.maps.map((_, map) => orWords(this.nearest(map, row))),
      ])),
      this.actions.hiding(row),
    ]);
  }

  /** Show a cluster or sub-cluster of a map. */
  async cluster(chart: Chart, level: "cluster" | "subcluster", number: number): Promise<void> {
    const facts = (level === "cluster" ? chart.clusters : chart.subclusters)[number]!;
    const above = chart.clusters[facts.cluster]!;
    const parts = level === "cluster" ? chart.subclusters.flatMap((each, at) => (each.cluster === number ? [at] : [])) : [];
    const title = element("h2", { class: "cluster" }, foreign(facts.name));
    title.style.setProperty("--ink", above.colour);
    await this.put("The chosen cluster", facts.typical, async () => [
      element(
        "header",
        {},
        title,
        level === "subcluster" ? element("p", {}, "in ", this.clusterButton(chart, "cluster", facts.cluster)) : null,
        facts.automaticName === facts.name ? null : element("p", { class: "size" }, "by its tags: ", foreign(facts.automaticName)),
      ),
      quantities(facts),
      this.section("Typical images", this.thumbnails.of(facts.typical)),
      this.section("Distinctive tags", this.tagButtons(facts.tags)),
      parts.length
        ? this.section("Sub-clusters", element("ul", {}, ...parts.map((at) => element("li", {}, this.clusterButton(chart, "subcluster", at)))))
        : null,
    ]);
  }

  /** Show a tag. */
  async tag(label: string, chart: Chart): Promise<void> {
    await this.put("The chosen tag", [], async () => [
      element("header", {}, element("h2", {}, foreign(label))),
      ...(await Promise.all(this.backendsFor([chart]).map((backend) => this.tagOf(backend, label, chart)))),
    ]);
  }

  /** Fill the card; what was asked for earlier and is slower no longer comes. @param rows images that it names. */
  private async put(label: string, rows: readonly number[], parts: () => Promise<Part[]>): Promise<void> {
    const asked = ++this.asked;
    await this.model.readTextsOf(rows);
    const filled = (await parts()).filter((part) => part !== null);
    if (asked !== this.asked) return;
    const hadFocus = this.place.contains(document.activeElement);
    const close = button("Close", () => this.actions.close());
    close.className = "close";
    this.place.setAttribute("aria-label", label);
    this.place.replaceChildren(close, ...filled);
    this.place.hidden = false;
    this.place.scrollTop = 0;
    if (hadFocus) this.focus();
  }

  private imageHeading(row: number, charts: readonly Chart[], seen: { frequency: number; records: number } | null): HTMLElement {
    const { atlas } = this.model;
    const several = atlas.maps.length > 1;
    return element(
      "header",
      {},
      element("h2", {}, foreign(this.model.label(row))),
      ...charts.map((chart) =>
        element(
          "p",
          {},
          ...(chart.has(row) ? this.path(chart, row) : ["not here"]),
          several ? element("span", { class: "size" }, " on ", foreign(chart.facts.name)) : null,
        ),
      ),
      seen && element("p", {}, `${count(seen.records, "record")}, seen ${count(seen.frequency, "time")}`),
    );
  }

  private path(chart: Chart, row: number): Part[] {
    const sub = chart.subcluster[row]!;
    const cluster = this.clusterButton(chart, "cluster", chart.cluster[row]!);
    return sub < 0 ? [cluster] : [cluster, " › ", this.clusterButton(chart, "subcluster", sub)];
  }

  private clusterButton(chart: Chart, level: "cluster" | "subcluster", number: number): HTMLElement {
    const named = (level === "cluster" ? chart.clusters : chart.subclusters)[number];
    const made = button(foreign(named?.name ?? ""), () => this.actions.cluster(chart, level, number));
    if (level === "cluster") {
      made.style.setProperty("--ink", chart.clusters[number]?.colour ?? "#888888");
      made.classList.add("cluster");
    }
    return made;
  }

  /** All backends, those of the maps that are shown at the front. */
  private backendsFor(charts: readonly Chart[]): number[] {
    const { backends } = this.model.atlas;
    const first = charts.map(({ facts }) => backends.indexOf(facts.backend)).filter((at) => at >= 0);
    return [...new Set([...first, ...backends.keys()])];
  }

  private backendName(backend: number): string {
    const { backends } = this.model.atlas;
    return backendInWords(backends[backend]!, backends);
  }

  private async tags(backend: number, row: number): Promise<HTMLElement> {
    return tagList(this.backendName(backend), await this.model.scores(backend, row), this.actions.tag);
  }

  private async nearest(map: number, row: number): Promise<HTMLElement | null> {
    const near = await this.model.near(map, row);
    const { maps } = this.model.atlas;
    const title = maps.length > 1 ? ["Most like it on ", foreign(maps[map]!.name)] : ["Most like it"];
    if (!near?.nearest.length) return null;
    await this.model.readTextsOf(near.nearest);
    return element(
      "section", { class: "nearest-on" }, element("h3", {}, ...title), this.thumbnails.of(near.nearest),
    );
  }

  private async tagOf(backend: number, label: string, chart: Chart): Promise<HTMLElement> {
    const hits = await tagHits(this.model, label, chart, [backend]);
    const title = element("h3", {}, "By ", foreign(this.backendName(backend)));
    if (!hits) return element("section", {}, title, element("p", {}, "given to no image"));
    let [images, sum] = [0, 0];
    const counts = new Map<number, number>();
    hits.counted.forEach((isCounted, row) => {
      if (!isCounted) return;
      images++;
      sum += hits.scores[row]!;
      if (chart.has(row)) counts.set(chart.cluster[row]!, (counts.get(chart.cluster[row]!) ?? 0) + 1);
    });
    const most = [...counts].sort(([, one], [, other]) => other - one).slice(0, CLUSTERS_OF_TAG);
    const share = percent(images / this.model.count);
    const mean = images ? `, mean score ${(sum / (255 * images)).toFixed(2)}` : "";
    return element(
      "section",
      {},
      title,
      element("p", {}, `${count(images, "image")} (${share}) from score ${(hits.least / 255).toFixed(2)}${mean}`),
      element(
        "ul",
        { class: "plain" },
        ...most.map(([cluster, images]) => {
          const of = percent(images / Math.max(chart.clusters[cluster]?.images ?? 1, 1));
          return element("li", {}, this.clusterButton(chart, "cluster", cluster), element("span", { class: "size" }, `${plain(images)} · ${of} of it`));
        }),
      ),
    );
  }

  private tagButtons(tags: readonly string[]): HTMLElement {
    const list = element("p", { class: "tag-buttons" });
    list.append(...tags.map((tag) => button(foreign(tag), () => this.actions.tag(tag))));
    return list;
  }

  private section(title: string, content: Node): HTMLElement {
    return element("section", {}, element("h3", {}, title), content);
  }
}

/** A part of the card; where its file is missing, this in words. */
async function orWords(part: Promise<Part>): Promise<Part> {
  try {
    return await part;
  } catch (error) {
    if (!tellMissing(error)) throw error;
    return element("p", { class: "gone" }, (error as Error).message);
  }
}

function quantities(facts: Cluster): HTMLElement {
  const rows: [string, string][] = [
    ["Images", `${plain(facts.images)} (${percent(facts.share)} of the map)`],
    ["Records", plain(facts.records)],
    ["Seen", count(facts.frequency, "time")],
  ];
  if (facts.stability !== null) rows.push(["Stability", facts.stability.toFixed(2)]);
  return element(
    "dl", {}, ...rows.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]),
  );
}
