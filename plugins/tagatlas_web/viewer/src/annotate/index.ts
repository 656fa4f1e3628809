/** Annotations of a map, to be changed where a server keeps them, else to be seen. */

import type { Stage } from "../stage";
import type { Annotation, Content } from "./content";
import { Live } from "./live";
import { Shown, type Annotations } from "./shown";

export interface AnnotateActions {
  /** Clusters have other names. */
  named(): void;
  say(news: string): void;
}

/** Whether the page comes from a server that keeps annotations. */
export function isLive(): boolean {
  return document.documentElement.dataset.live !== undefined;
}

/**
 * Show the annotations of the map on a stage.
 *
 * @param told those in the viewer's folder; a server is asked instead where there is one.
 */
export async function annotate(
  stage: Stage,
  told: readonly Annotation[],
  actions: AnnotateActions,
): Promise<void> {
  if (isLive()) {
    await Live.open(stage, actions);
    return;
  }
  const shown: Shown = new Shown(stage, new Fixed(told), {
    named: () => actions.named(),
    chosen: (id) => shown.choose(id),
    changed: null,
  });
}

/** Annotations that nobody changes here. */
class Fixed implements Annotations {
  constructor(private readonly annotations: readonly Annotation[]) {}

  all(): [string, Content][] {
    return this.annotations.flatMap(({ id, content }) =>
      content ? [[id, content] as [string, Content]] : [],
    );
  }

  get(id: string): Content | null {
    return this.annotations.find((each) => each.id === id)?.content ?? null;
  }

  knows(id: string): boolean {
    return this.annotations.some((each) => each.id === id);
  }
}
