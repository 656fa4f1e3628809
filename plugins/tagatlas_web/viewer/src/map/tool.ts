/** What may be taken up to draw on a stage. */

/** What dragging on the map does while it is taken up; without one it moves the map. */
export interface Tool {
  /** The cursor, as CSS names it. */
  readonly cursor: string;
  /** Points of a line as it is drawn: x and y in pixels of the stage, one after the other. */
  drawn(line: readonly number[], finished: boolean): void;
  /** What was begun is dropped: the line was given up, or the tool is put away. */
  left(): void;
}
