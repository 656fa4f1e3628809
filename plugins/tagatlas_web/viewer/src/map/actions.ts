/** What a stage tells, and what may be drawn over it. */

import type { Camera } from "./camera";
import type { Place } from "./flight";
import type { Name } from "./names";

/** Something drawn over the images, into `Stage.drawing` or elsewhere, whenever the camera moves. */
export interface Layer {
  draw(camera: Camera): void;
}

export interface StageActions {
  /** One works with this stage now. */
  entered(): void;
  /** One moved it by hand, from where one looked at before. */
  moved(before: Place): void;
  /** The pointer is over an image, or over none (-1). */
  hovered(row: number): void;
  /** An image is to be opened; -1 where there is none. */
  picked(row: number, how: "pointer" | "keys"): void;
  /** The name of a cluster or tag was clicked. */
  named(name: Name): void;
  /** The images within a ring are wanted: x and y in map units, in turn. */
  surrounded(ring: number[], words: string): void;
  /** A key that the stage itself does not know. */
  key(event: KeyboardEvent): void;
  /** Something that is not seen. */
  say(news: string): void;
}
