/** Long work in short slices, so that the page stays at hand meanwhile. */

const SLICE_MS = 8;
const STEPS = 256;
/** Numbers that are worked on before it is time to see how long it took. */
const BLOCK = 1 << 15;

/**
 * Call `work` for each number from 0 on, with breaths in between.
 *
 * @param steps after so many it is time to see how long it took: fewer where each takes its time.
 */
export function inSlices(count: number, work: (number: number) => void, steps = STEPS): Promise<void> {
  return inBlocks(
    count,
    (first, end) => {
      for (let number = first; number < end; number++) work(number);
    },
    steps,
  );
}

/** Call `work` for numbers from a first one up to an end, block by block, with breaths in between. */
export async function inBlocks(count: number, work: (first: number, end: number) => void, block = BLOCK): Promise<void> {
  let until = performance.now() + SLICE_MS;
  for (let first = 0; first < count; first += block) {
    work(first, Math.min(first + block, count));
    if (performance.now() < until) continue;
    await breath();
    until = performance.now() + SLICE_MS;
  }
}

/** Let the page draw and hear before what comes next; timers that follow each other would wait longer. */
export function breath(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
