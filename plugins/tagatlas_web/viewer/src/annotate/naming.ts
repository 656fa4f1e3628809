/** Names of clusters: the plain ones of the map, and those that researchers give. */

import type { MapFile } from "../data";
import { LONGEST_NAME, type ClusterName, type Content } from "./content";

export type Level = ClusterName["level"];

/** Where annotations of a window are looked up. */
interface Annotations {
  all(): [id: string, content: Content][];
  get(id: string): Content | null;
  knows(id: string): boolean;
}

export class Naming {
  private readonly plain: Record<Level, string[]>;

  /**
   * @param map its clusters get the names.
   * @param imageId the id of an image, by its row.
   */
  constructor(
    private readonly map: MapFile,
    private readonly annotations: Annotations,
    private readonly imageId: (row: number) => string,
  ) {
    this.plain = { cluster: map.clusters.map(nameOf), subcluster: map.subclusters.map(nameOf) };
  }

  /** Give the map the names that there are now; whether any is another one. */
  apply(): boolean {
    const before = [...this.map.clusters, ...this.map.subclusters].map(nameOf);
    this.give("cluster", []);
    this.give("subcluster", this.map.clusters.map(nameOf));
    return [...this.map.clusters, ...this.map.subclusters].some(({ name }, at) => name !== before[at]);
  }

  /**
   * What keeps a name of a cluster: the annotation's id and content, null for the plain name; or
   * why it cannot have it.
   */
  rename(level: Level, number: number, wanted: string): { id: string; content: ClusterName | null } | string {
    const name = wanted.replace(/[\p{Cc}\s]+/gu, " ").trim();
    const id = this.idFor(level, number);
    if (!name || name === this.plain[level][number]) return { id, content: null };
    if ([...name].length > LONGEST_NAME) return `a name has at most ${LONGEST_NAME} characters`;
    const others = (["cluster", "subcluster"] as const).flatMap((each) =>
      this.table(each).filter((_, row) => each !== level || row !== number),
    );
    if (others.some((other) => other.name === name)) return `another cluster is called ${name}`;
    const { typical, automaticName } = this.table(level)[number]!;
    const ids = typical.map(this.imageId);
    return {
      id,
      content: { kind: "name", level, number, name, typical: ids, automatic_name: automaticName },
    };
  }

  private table(level: Level): { name: string; automaticName: string; typical: number[] }[] {
    return level === "cluster" ? this.map.clusters : this.map.subclusters;
  }

  /** As `rename_clusters` in `tagatlas/maps/names.py` does: those that are given come first. */
  private give(level: Level, taken: readonly string[]): void {
    const table = this.table(level);
    const given = new Map<number, string>();
    for (const [, content] of this.annotations.all()) {
      if (content.kind === "name" && content.level === level && table[content.number]) {
        given.set(content.number, content.name);
      }
    }
    const used = new Set(taken);
    const chosen = [...given].sort(([one], [other]) => one - other);
    const rest = [...this.plain[level].entries()].filter(([row]) => !given.has(row));
    for (const [row, name] of [...chosen, ...rest]) {
      let free = name;
      for (let number = 2; used.has(free); number++) free = `${name} (${number})`;
      used.add(free);
      table[row]!.name = free;
    }
  }

  /** The annotation that names a cluster; every window makes the same one for it. */
  private idFor(level: Level, number: number): string {
    const named = this.annotations.all().filter(
      ([, content]) => content.kind === "name" && content.level === level && content.number === number,
    );
    const last = named.at(-1);
    if (last) return last[0];
    const first = this.imageId(this.table(level)[number]?.typical[0] ?? -1);
    const id = uuidOf(`${this.map.name}\n${level}\n${first || number}`);
    return this.annotations.get(id) ? crypto.randomUUID() : id;
  }
}

function nameOf({ name }: { name: string }): string {
  return name;
}

/** A UUID of a text (version 8, RFC 9562), by the hash FNV-1a. */
function uuidOf(text: string): string {
  const prime = (1n << 88n) + 0x13bn;
  let hash = 0x6c62272e07bb014262b821756295c58dn;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * prime);
  }
  const digits = hash.toString(16).padStart(32, "0");
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`];
  return [...parts, `8${digits.slice(17, 20)}`, digits.slice(20)].join("-");
}
