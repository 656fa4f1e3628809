/** Search by what a text means, where the page's server has a backend that embeds texts. */

import { Server } from "../annotate/server";
import type { Model } from "../data/model";
import type { Result } from "./finder";

/** Cosines that can be chosen, from 0 to 1. */
const STEPS = 1000;
const COSINE = "How alike the text and an image are to the model (cosine). A lower score finds more images, and more wrong ones.";

/** The backend that embeds texts; null where there is none. */
export function meaningBackend(): string | null {
  return document.documentElement.dataset.meaning ?? null;
}

/** The images that fit a text best by the cosine of embeddings, or in words why they cannot be found. */
export async function searchByMeaning(model: Model, text: string): Promise<Result | string> {
  try {
    const { images, cosines, least } = await new Server("").meaning(text);
    await model.seek(images);
    const scores = new Float32Array(model.count);
    const counted = new Uint8Array(model.count);
    images.forEach((image, at) => {
      for (const row of model.rows([image])) { // none where the image is on no map
        scores[row] = cosines[at]!;
        counted[row] = Number(cosines[at]! >= least);
      }
    });
    const [high, low] = [cosines[0] ?? 0, cosines.at(-1) ?? 0];
    const range = { low: Math.floor(STEPS * low) / STEPS, high: Math.ceil(STEPS * high) / STEPS, step: 1 / STEPS, least, means: COSINE };
    return { scores, counted, range, more: 0 };
  } catch (error) {
    return `Not searched by meaning: ${error instanceof Error ? error.message : String(error)}`;
  }
}
