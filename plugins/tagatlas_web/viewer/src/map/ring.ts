/** What lies within a line drawn around it. */

const BANDS = 256;

/** A closed ring of points, made ready for many questions. */
export class Ring {
  /** Edges by the bands of y that they cross: the numbers of their first points. */
  private readonly bands: number[][] = Array.from({ length: BANDS }, () => []);
  private readonly bottom: number;
  private readonly step: number;

  /** @param points x and y in turn. */
  constructor(private readonly points: ArrayLike<number>) {
    const ys = Array.from({ length: points.length / 2 }, (_, at) => points[2 * at + 1]!);
    const [low, high] = ys.reduce(([low, high], y) => [Math.min(low, y), Math.max(high, y)], [Infinity, -Infinity]);
    this.bottom = low;
    this.step = Math.max(high - low, 1e-12) / BANDS;
    ys.forEach((y, at) => {
      const next = ys[(at + 1) % ys.length]!;
      const last = this.band(Math.max(y, next));
      for (let band = this.band(Math.min(y, next)); band <= last; band++) this.bands[band]!.push(at);
    });
  }

  /** Whether a point lies in the ring, by the even-odd rule. */
  holds(x: number, y: number): boolean {
    let within = false;
    const { points } = this;
    const band = Math.floor((y - this.bottom) / this.step);
    if (!(band >= -1 && band <= BANDS)) return false;
    for (const at of this.bands[this.band(y)]!) {
      const next = (2 * at + 2) % points.length;
      const [x1, y1, x2, y2] = [points[2 * at]!, points[2 * at + 1]!, points[next]!, points[next + 1]!];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) within = !within;
    }
    return within;
  }

  private band(y: number): number {
    return Math.min(Math.max(Math.floor((y - this.bottom) / this.step), 0), BANDS - 1);
  }
}
