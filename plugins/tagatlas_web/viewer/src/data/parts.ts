/** Facts of images that lie in several files, each read when one of its images is asked for. */

export class Parts<Fact> {
  private readonly parts = new Map<number, Promise<Fact[]>>();

  constructor(
    private readonly inPart: number,
    private readonly read: (part: number) => Promise<Fact[]>,
  ) {}

  /** The facts of an image; undefined where the files end before it. */
  async of(row: number): Promise<Fact | undefined> {
    const number = Math.floor(row / this.inPart);
    let part = this.parts.get(number);
    if (!part) {
      part = this.read(number);
      this.parts.set(number, part);
      part.catch(() => this.parts.delete(number)); // asked for again, it is tried again
    }
    return (await part)[row % this.inPart];
  }
}
