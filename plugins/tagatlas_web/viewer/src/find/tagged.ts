/** Images with a tag. */

import type { Chart } from "../data/chart";
import type { Model } from "../data/model";
import { folded } from "../data/texts";

/** Score of each image with a tag, of 255, and 1 for those where it counts. */
export interface TagHits {
  readonly scores: Uint8Array;
  readonly counted: Uint8Array;
  /** The lowest score, of 255, that counts. */
  readonly least: number;
}

/**
 * Images with a tag by some backends, in whatever case it is written; null where none gave it.
 *
 * @param chart the map on which it must count.
 * @param least the lowest score, in [0, 1], that counts; null for that which counted on the map.
 */
export async function tagHits(
  model: Model,
  label: string,
  chart: Chart,
  backends: readonly number[],
  least: number | null = null,
): Promise<TagHits | null> {
  const wanted = folded(label);
  const [scores, counted] = [new Uint8Array(model.count), new Uint8Array(model.count)];
  let lowest: number | null = null;
  for (const backend of backends) {
    for (const tag of await model.allTags(backend)) {
      if (tag.label !== label && folded(tag.label) !== wanted) continue;
      const from = least === null ? model.countsFrom(tag, chart) : Math.round(255 * least);
      lowest = Math.min(lowest ?? from, from);
      const hits = await model.tagged(tag);
      hits.rows.forEach((row, at) => {
        const score = hits.scores[at]!;
        scores[row] = Math.max(scores[row]!, score);
        if (score >= from) counted[row] = 1;
      });
    }
  }
  return lowest === null ? null : { scores, counted, least: lowest };
}
