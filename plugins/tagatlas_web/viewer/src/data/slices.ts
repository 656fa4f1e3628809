/** Long work in short slices, so that the page stays at hand meanwhile. */

const SLICE_MS = 8;
const STEPS = 256;

/**
 * Call `work` for each number from 0 on, with breaths in between.
 *
 * @param steps after so many it is time to see how long it took: fewer where each takes its time.
 */
export async function inSlices(count: number, work: (number: number) => void, steps = STEPS): Promise<void> {
  let until = performance.now() + SLICE_MS;
  for (let number = 0; number < count; number++) {
    work(number);
    if (number % steps || performance.now() < until) continue;
    await breath();
    until = performance.now() + SLICE_MS;
  }
}

/** Let the page draw and hear before what comes next. */
export function breath(): Promise<void> {
  return new Promise((done) => setTimeout(done));
}
