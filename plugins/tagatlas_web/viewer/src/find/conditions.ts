/** Conditions on images: one after the other narrows what is chosen, adds to it, or takes away. */

import type { Scores } from "./ranking";

/** What a condition does to the images that those before it choose. */
export type Mode = "narrow" | "add" | "subtract";

/** A condition in words, and for each image whether it holds: 1 or 0. */
export interface Condition {
  /** Of those with the same key and mode one stands. */
  readonly key: string;
  /** Of those of one kind that narrow, one stands: a second lasso comes in the place of the first. */
  readonly kind: string;
  readonly words: string;
  readonly holds: Uint8Array;
  /** In words from which it can be made again: what sort of condition it is, then what it asks for. */
  readonly term: readonly string[];
  /** How well each image fits, where it is known. */
  readonly scores?: Scores;
}

export interface Step extends Condition {
  readonly mode: Mode;
}

const REMEMBERED = 200;

export class Conditions {
  private list: readonly Step[] = [];
  private readonly past: (readonly Step[])[] = [];
  private readonly future: (readonly Step[])[] = [];
  private gesture: object | null = null;

  /** @param images how many there are. */
  constructor(
    private readonly images: number,
    private readonly changed: () => void,
  ) {}

  /** In the order in which they work. */
  get all(): readonly Step[] {
    return this.list;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** The first one of a key; null where there is none. */
  get(key: string): Step | null {
    return this.list.find((step) => step.key === key) ?? null;
  }

  /**
   * Have a condition work: in the place of one of its key and mode, else behind all others.
   *
   * @param gesture the same for all changes that are one to who makes them, such as dragging.
   */
  put(condition: Condition, mode: Mode = "narrow", gesture: object | null = null): void {
    const step = { ...condition, mode };
    const replaced = (other: Step) =>
      other.mode === mode && (other.key === step.key || (mode === "narrow" && other.kind === step.kind));
    const at = this.list.findIndex(replaced);
    const before = this.list.slice(0, at < 0 ? this.list.length : at);
    const behind = this.list.slice(before.length).filter((other) => !replaced(other));
    this.become([...before, step, ...behind], gesture);
  }

  /** Put one in the place of all others. */
  only(condition: Condition): void {
    this.become([{ ...condition, mode: "narrow" }]);
  }

  /** Put several in the place of all. */
  replace(steps: readonly Step[]): void {
    if (steps.length || this.list.length) this.become(steps);
  }

  remove(removed: Step): void {
    if (this.list.includes(removed)) this.become(this.list.filter((step) => step !== removed));
  }

  /** Remove those of a key. */
  end(key: string): void {
    if (this.get(key)) this.become(this.list.filter((step) => step.key !== key));
  }

  clear(): void {
    if (this.list.length) this.become([]);
  }

  /** Take the last change back. */
  undo(): void {
    this.turn(this.past, this.future);
  }

  /** Make the change again that was taken back last. */
  redo(): void {
    this.turn(this.future, this.past);
  }

  /**
   * For each image 1 if it is chosen, else 0; null where there is no condition.
   *
   * @param without the key of a condition that is left out.
   */
  holds(without = ""): Uint8Array | null {
    const [first, ...others] = this.list.filter(({ key }) => key !== without);
    if (!first) return null;
    const holds = first.mode === "subtract" ? first.holds.map((held) => 1 - held) : first.holds.slice();
    for (const { mode, holds: own } of others) {
      for (let row = 0; row < this.images; row++) {
        if (mode === "narrow") holds[row]! &= own[row]!;
        else if (mode === "add") holds[row]! |= own[row]!;
        else holds[row]! &= 1 - own[row]!;
      }
    }
    return holds;
  }

  /** Images that are chosen, by rising row; null where there is no condition. */
  chosen(): Uint32Array | null {
    const holds = this.holds();
    if (!holds) return null;
    let count = 0;
    for (let row = 0; row < this.images; row++) count += holds[row]!;
    const rows = new Uint32Array(count);
    for (let row = 0, at = 0; row < this.images; row++) if (holds[row]) rows[at++] = row;
    return rows;
  }

  private become(list: readonly Step[], gesture: object | null = null): void {
    if (gesture === null || gesture !== this.gesture) this.past.push(this.list);
    if (this.past.length > REMEMBERED) this.past.shift();
    this.future.length = 0;
    this.gesture = gesture;
    this.list = list;
    this.changed();
  }

  private turn(from: (readonly Step[])[], to: (readonly Step[])[]): void {
    const list = from.pop();
    if (!list) return;
    to.push(this.list);
    this.gesture = null;
    this.list = list;
    this.changed();
  }
}

/** What a condition is called in a row of others. */
export function stepWords({ mode, words }: Step, isFirst: boolean): string {
  if (mode === "subtract") return `not ${words}`;
  return mode === "add" && !isFirst ? `or ${words}` : words;
}
