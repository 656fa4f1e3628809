/** What lies over a map: its buttons, the small map, and a card on a narrow screen. */

import type { Room } from "./framing";

const GAP = 6;

/** What controls cover of a stage. */
export function roomOf(stage: HTMLElement, tools: HTMLElement, small: HTMLElement): Room {
  const { top, right, bottom } = stage.getBoundingClientRect();
  const buttons = tools.getBoundingClientRect();
  const corner = small.getBoundingClientRect();
  return {
    top: buttons.height ? buttons.bottom - top + GAP : 0,
    bottom: 0,
    corner: corner.width ? [right - corner.left + GAP, bottom - corner.top + GAP] : [0, 0],
  };
}

/** How many pixels of a stage something covers from below. */
export function coveredBy(over: HTMLElement, stage: HTMLElement): number {
  const [above, below] = [over.getBoundingClientRect(), stage.getBoundingClientRect()];
  const isOver = above.height > 0 && above.left < below.right && above.right > below.left && above.top > below.top;
  return isOver ? Math.max(below.bottom - above.top, 0) : 0;
}

/** Make a canvas at least so large, in pixels of the page. It only grows: to make it again takes a while. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number, density: number): void {
  const wide = Math.max(canvas.width, Math.round(width * density));
  const high = Math.max(canvas.height, Math.round(height * density));
  if (wide === canvas.width && high === canvas.height) return;
  canvas.width = wide;
  canvas.height = high;
  canvas.style.width = `${wide / density}px`;
  canvas.style.height = `${high / density}px`;
}
