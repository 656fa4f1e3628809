/** Images as addresses name them: by as much of their ids as tells them apart. */

import type { Model } from "../data/model";

const LETTERS = 12;

export function shortId(model: Model, row: number): string {
  return model.id(row).slice(0, LETTERS);
}
