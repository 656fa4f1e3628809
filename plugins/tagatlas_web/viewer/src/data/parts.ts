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
    const part = await kept(this.parts, number, () => this.read(number));
    return part[row % this.inPart];
  }
}

/** What was made for a number before, or is made now; what fails is made again when asked. */
export function kept<Made>(of: Map<number, Promise<Made>>, number: number, make: () => Promise<Made>): Promise<Made> {
  let made = of.get(number);
  if (!made) {
    made = make();
    of.set(number, made);
    made.catch(() => of.delete(number));
  }
  return made;
}
