/** Names that researchers give to clusters, as annotations. */

import type { Chart } from "../data/chart";
import { isolated } from "../elements";
import { LONGEST_NAME, type ClusterName, type Content } from "./content";

export type Level = ClusterName["level"];

/** Where annotations are looked up. */
interface Annotations {
  all(): [id: string, content: Content][];
  get(id: string): Content | null;
}

export class Naming {
  /** @param imageId the id of an image, by its row. */
  constructor(
    private readonly chart: Chart,
    private readonly annotations: Annotations,
    private readonly imageId: (row: number) => string,
  ) {}

  /** Give the map's clusters the names that there are now; whether any is another one. */
  apply(): boolean {
    const before = this.names();
    this.chart.rename(this.given().map(([, content]) => content));
    return this.names().some((name, at) => name !== before[at]);
  }

  /**
   * What keeps a name of a cluster: the annotation's id and content, null for the plain name; or
   * why it cannot have it.
   */
  rename(level: Level, number: number, wanted: string): { id: string; content: ClusterName | null } | string {
    const name = wanted.replace(/[\p{Cc}\s]+/gu, " ").trim();
    const id = this.idFor(level, number);
    const plain = level === "cluster" ? this.chart.file.clusters : this.chart.file.subclusters;
    if (!name || name === plain[number]?.name) return { id, content: null };
    if ([...name].length > LONGEST_NAME) return `a name has at most ${LONGEST_NAME} characters`;
    const own = this.table(level)[number]!;
    const all = [...this.chart.clusters, ...this.chart.subclusters];
    if (all.some((other) => other !== own && other.name === name)) return `another cluster is called ${isolated(name)}`;
    const typical = own.typical.map(this.imageId);
    return { id, content: { kind: "name", level, number, name, typical, automatic_name: own.automaticName } };
  }

  private table(level: Level): Chart["subclusters"] {
    return level === "cluster" ? this.chart.clusters : this.chart.subclusters;
  }

  private names(): string[] {
    return [...this.chart.clusters, ...this.chart.subclusters].map(({ name }) => name);
  }

  private given(): [id: string, content: ClusterName][] {
    return this.annotations
      .all()
      .flatMap(([id, content]) => (content.kind === "name" ? [[id, content] as [string, ClusterName]] : []));
  }

  /** The annotation that names a cluster; every window makes the same one for it. */
  private idFor(level: Level, number: number): string {
    const named = this.given().filter(([, name]) => name.level === level && name.number === number);
    const last = named.at(-1);
    if (last) return last[0];
    const first = this.imageId(this.table(level)[number]?.typical[0] ?? -1);
    const id = uuidOf(`${this.chart.facts.name}\n${level}\n${first || number}`);
    return this.annotations.get(id) ? crypto.randomUUID() : id;
  }
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
