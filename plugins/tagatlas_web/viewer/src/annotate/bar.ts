/** The buttons that take up a tool, and undo and redo. */

import { button, element } from "../elements";
import type { ToolName } from "./tools";

const TOOLS: readonly (readonly [name: ToolName, text: string, key: string, title: string])[] = [
  ["outline", "Outline", "o", "Draw around a part of the map"],
  ["arrow", "Arrow", "a", "Draw an arrow"],
  ["text", "Text", "w", "Write on the map"],
  ["note", "Note", "n", "Attach a note to an image or a place"],
];

export interface BarActions {
  take(name: ToolName): void;
  undo(): void;
  redo(): void;
}

export class Bar {
  readonly root: HTMLElement;
  private readonly tools = new Map<ToolName, HTMLButtonElement>();
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;

  constructor(actions: BarActions) {
    for (const [name, text, key, title] of TOOLS) {
      const made = button(text, () => actions.take(name));
      made.title = `${title} (${key.toUpperCase()})`;
      made.setAttribute("aria-pressed", "false");
      made.setAttribute("aria-keyshortcuts", key);
      this.tools.set(name, made);
    }
    this.undo = button("Undo", () => actions.undo());
    this.redo = button("Redo", () => actions.redo());
    this.undo.title = "Take the last change back (Ctrl+Z)";
    this.redo.title = "Do it again (Ctrl+Shift+Z)";
    this.root = element("div", { class: "drawing-tools", role: "group", "aria-label": "Annotate" }, ...this.tools.values(), this.undo, this.redo);
  }

  /** Show whether a tool is taken up. */
  press(name: ToolName, isPressed: boolean): void {
    this.tools.get(name)!.setAttribute("aria-pressed", String(isPressed));
  }

  /** Let press what can be done now. */
  enable(can: { draw: boolean; undo: boolean; redo: boolean }): void {
    for (const each of this.tools.values()) each.disabled = !can.draw;
    this.undo.disabled = !can.undo;
    this.redo.disabled = !can.redo;
  }
}

/** The tool of a key, or null. */
export function toolOf(key: string): ToolName | null {
  return TOOLS.find(([, , own]) => own === key.toLowerCase())?.[0] ?? null;
}
