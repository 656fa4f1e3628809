/** What was changed in this window, to be taken back and done again. */

import { same, type Content } from "./content";
import type { Keeper } from "./keeper";

interface Step {
  id: string;
  before: Content | null;
  after: Content | null;
  /** Changes of one piece of writing are one step. */
  writing: object | null;
  /** Steps of one deed are taken back together. */
  deed: object | null;
}

export class History {
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];

  constructor(private readonly keeper: Keeper) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /**
   * Change an annotation, or remove it.
   *
   * @param writing the same for all changes of one piece of writing.
   * @param deed the same for changes of several annotations that are one to who makes them.
   */
  change(id: string, after: Content | null, writing: object | null = null, deed: object | null = null): void {
    const before = this.keeper.get(id);
    if (same(before, after)) return;
    const last = this.done.at(-1);
    if (writing && last?.writing === writing && last.id === id) last.after = after;
    else this.done.push({ id, before, after, writing, deed });
    this.undone.length = 0;
    this.keeper.change(id, after);
  }

  /** Take the last change back; false where somebody else changed the same since. */
  undo(): boolean {
    const step = this.done.pop();
    if (!step) return true;
    if (!same(this.keeper.get(step.id), step.after)) return false;
    this.undone.push(step);
    this.keeper.change(step.id, step.before);
    return step.deed && this.done.at(-1)?.deed === step.deed ? this.undo() : true;
  }

  /** Do what was taken back again; false where somebody else changed the same since. */
  redo(): boolean {
    const step = this.undone.pop();
    if (!step) return true;
    if (!same(this.keeper.get(step.id), step.before)) return false;
    this.done.push(step);
    this.keeper.change(step.id, step.after);
    return step.deed && this.undone.at(-1)?.deed === step.deed ? this.redo() : true;
  }

  /** Something else stands than was changed here: undoing brings that back. */
  overtaken(id: string, mine: Content | null, standing: Content | null): void {
    this.done.push({ id, before: mine, after: standing, writing: null, deed: null });
    this.undone.length = 0;
  }
}
