/** The clusters of images while changes are made, as `tagatlas map` makes them. */

export class Division {
  /** Names of clusters that were made; their numbers follow those of the others. */
  readonly made: string[] = [];
  private readonly gone = new Map<number, number>();
  private readonly unsteady = new Set<number>();

  /**
   * @param cluster of each image.
   * @param clusters how many there were.
   */
  constructor(
    readonly cluster: Uint16Array,
    private readonly clusters: number,
  ) {}

  /** The cluster that most of the images are in, the lowest of several; null of no image. */
  of(rows: readonly number[]): number | null {
    const votes = new Map<number, number>();
    for (const row of rows) {
      const number = this.cluster[row]!;
      if (number < this.clusters + this.made.length) votes.set(number, (votes.get(number) ?? 0) + 1);
    }
    const most = Math.max(...votes.values());
    return votes.size ? Math.min(...[...votes].filter(([, images]) => images === most).map(([number]) => number)) : null;
  }

  /** The cluster of that name that was made; it is made if there is none. */
  named(name: string): number {
    const at = this.made.indexOf(name);
    if (at >= 0) return this.clusters + at;
    this.made.push(name);
    return this.clusters + this.made.length - 1;
  }

  /** Whether a cluster of that name was made. */
  has(name: string): boolean {
    return this.made.includes(name);
  }

  move(rows: readonly number[], target: number): void {
    for (const row of rows) this.cluster[row] = target;
    this.gone.delete(target);
  }

  merge(number: number, target: number): void {
    for (let row = 0; row < this.cluster.length; row++) {
      if (this.cluster[row] === number) this.cluster[row] = target;
    }
    this.gone.set(number, target);
    this.unsteady.add(target);
  }

  /** The cluster that a cluster went into, or itself. */
  home(number: number): number {
    let home = number;
    for (let into = this.gone.get(home); into !== undefined && into !== number; into = this.gone.get(home)) home = into;
    return home;
  }

  /** Whether the clusterer found it as it is, but for single images. */
  isSteady(number: number): boolean {
    return number < this.clusters && !this.unsteady.has(number);
  }
}
