/** Changes of clusters by hand, as annotations: shown at once, and followed by the next `tagatlas map`. */

import type { Chart } from "../data/chart";
import { count, isolated } from "../elements";
import type { Model } from "../data/model";
import {
  isChange,
  LONGEST_NAME,
  MOST_MOVED,
  same,
  type ClusterChange,
  type ClusterMerge,
  type ClusterMove,
  type ClusterReference,
  type Content,
} from "./content";

const TYPICAL = 6;

interface Annotations {
  all(): [id: string, content: Content][];
  revisionOf(id: string): number;
}

export class Regrouping {
  private shown: readonly ClusterChange[] = [];

  constructor(
    private readonly chart: Chart,
    private readonly annotations: Annotations,
    private readonly model: Model,
  ) {}

  /** All changes that there are, and whether the map follows each already. */
  all(): [id: string, change: ClusterChange, isOnMap: boolean][] {
    return this.annotations
      .all()
      .flatMap(([id, content]) =>
        isChange(content) ? [[id, content, this.annotations.revisionOf(id) <= this.chart.file.changed] as [string, ClusterChange, boolean]] : [],
      );
  }

  /** Show the changes that the map does not follow yet; whether clusters are others now. */
  apply(): boolean {
    const changes = this.all().flatMap(([, change, isOnMap]) => (isOnMap ? [] : [change]));
    if (this.chart.tiles || same(changes, this.shown)) return false; // a map in tiles follows when it is made again
    this.shown = changes;
    const division = this.chart.division();
    const find = ({ typical }: ClusterReference) => division.of(this.onMap(typical));
    for (const change of changes) {
      if (change.kind === "move") {
        const rows = this.onMap(change.images);
        if (rows.length) division.move(rows, find(change.into) ?? division.named(change.into.name));
        continue;
      }
      const known = (of: ClusterReference) => find(of) ?? (division.has(of.name) ? division.named(of.name) : null);
      const [gone, target] = [known(change.cluster), known(change.into)];
      if (gone !== null && target !== null && gone !== target) division.merge(gone, target);
    }
    this.chart.regroup(division, this.model);
    return true;
  }

  /**
   * What moves images to the cluster of a name, which is a new one where none has it; or why they
   * cannot be moved.
   */
  move(chosen: ArrayLike<number>, wanted: string): ClusterMove[] | string {
    const { chart, model } = this;
    const name = wanted.replace(/[\p{Cc}\s]+/gu, " ").trim();
    if (!name) return "say to which cluster";
    const target = chart.clusters.findIndex((each) => each.images > 0 && each.name === name);
    if (target < 0 && [...name].length > LONGEST_NAME) return `a name has at most ${LONGEST_NAME} characters`;
    const rows = Array.from(chosen).filter((row) => chart.has(row) && chart.cluster[row] !== target);
    if (!rows.length) return `all of them are in ${isolated(name)}`;
    const into = target < 0 ? { name, typical: [] } : this.reference(target);
    const parts: ClusterMove[] = [];
    for (let at = 0; at < rows.length; at += MOST_MOVED) {
      parts.push({ kind: "move", images: rows.slice(at, at + MOST_MOVED).map((row) => model.id(row)), into });
    }
    return parts;
  }

  /** What merges a cluster into another. */
  merge(number: number, into: number): ClusterMerge {
    return { kind: "merge", cluster: this.reference(number), into: this.reference(into) };
  }

  private reference(number: number): ClusterReference {
    const { name, typical } = this.chart.clusters[number]!;
    return { name, typical: typical.slice(0, TYPICAL).map((row) => this.model.id(row)) };
  }

  private onMap(ids: readonly string[]): number[] {
    return this.model.rows(ids).filter((row) => this.chart.has(row));
  }
}

/** A change in words. */
export function told(change: ClusterChange): string {
  const into = isolated(change.into.name);
  if (change.kind === "merge") return `${isolated(change.cluster.name)} merged into ${into}`;
  return `${count(change.images.length, "image")} moved to ${into}`;
}
