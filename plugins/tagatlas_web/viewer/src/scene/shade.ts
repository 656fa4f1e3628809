/** How an image is shown. */
export const enum Shade {
  Faded = 0,
  Plain = 1,
  Marked = 2,
}
