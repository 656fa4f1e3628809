/** How well images fit what was looked for. */

/** Scores by row, of 1: higher is better. */
export type Scores = ArrayLike<number>;

/** Scores of 255 as scores of 1. */
export function ofOne(scores: Uint8Array): Float32Array {
  const parts = new Float32Array(scores.length);
  for (let row = 0; row < parts.length; row++) parts[row] = scores[row]! / 255;
  return parts;
}

/** Images by falling score; of equal ones those of lower rows first. */
export function ranked(rows: ArrayLike<number>, scores: Scores): Uint32Array {
  return Uint32Array.from(rows).sort((one, other) => scores[other]! - scores[one]! || one - other);
}

/** The first of {@link ranked}, without sorting all. */
export function best(rows: ArrayLike<number>, scores: Scores, most: number): number[] {
  const first: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (first.length === most && scores[first.at(-1)!]! >= scores[row]!) continue;
    let place = first.length;
    while (place > 0 && scores[first[place - 1]!]! < scores[row]!) place--;
    first.splice(place, 0, row);
    if (first.length > most) first.pop();
  }
  return first;
}

/** The scores of the condition that was put last and has some; null where none has. */
export function scoresOf(conditions: readonly { readonly scores?: Scores }[]): Scores | null {
  return [...conditions].reverse().find(({ scores }) => scores !== undefined)?.scores ?? null;
}
