/** When the texts of images are read: of many, they are more than what is drawn. */

import { isEmbedded } from "./host";

const MANY = 50_000;
const TOUCHES = ["pointermove", "pointerdown", "wheel", "keydown", "focusin"] as const;

/** Whether the texts of so many images wait until they are wanted. */
export function areMany(images: number): boolean {
  return images > MANY && !isEmbedded && !location.hash;
}

/** When somebody begins to use the page. */
export function touched(): Promise<void> {
  return new Promise((begun) => {
    const begin = () => {
      for (const touch of TOUCHES) document.removeEventListener(touch, begin);
      begun();
    };
    for (const touch of TOUCHES) document.addEventListener(touch, begin, { passive: true });
  });
}
