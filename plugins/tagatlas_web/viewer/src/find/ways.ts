/** What choosing does: narrow what is chosen, add to it, or take away; by keys that are held, or by a switch. */

import { button, element } from "../elements";
import type { Conditions, Mode } from "./conditions";

const MODES: readonly [Mode, string, string][] = [
  ["narrow", "Narrow", "What you choose next narrows the selection"],
  ["add", "Add", "What you choose next is added (hold Shift)"],
  ["subtract", "Subtract", "What you choose next is taken away (hold Alt, or Shift and Alt)"],
];

export class Ways {
  readonly root: HTMLElement;
  private readonly switches = new Map<Mode, HTMLButtonElement>();
  private readonly undo = button("↶", () => this.conditions.undo());
  private readonly redo = button("↷", () => this.conditions.redo());
  private switched: Mode = "narrow";
  private held: Mode | null = null;

  constructor(private readonly conditions: Conditions) {
    for (const [mode, name, title] of MODES) {
      const made = button(name, () => this.turn(mode));
      made.title = title;
      this.switches.set(mode, made);
    }
    name(this.undo, "Undo choosing (Ctrl+Z)");
    name(this.redo, "Redo choosing (Ctrl+Shift+Z)");
    this.root = element(
      "div",
      { class: "ways", role: "group", "aria-label": "Choosing" },
      ...this.switches.values(), this.undo, this.redo,
    );
    this.turn("narrow");
    this.show();
    // The keys count that are held when something is begun: a lasso ends much later.
    for (const begun of ["pointerdown", "keydown"] as const) {
      document.addEventListener(begun, (event) => (this.held = modeOf(event)), { capture: true });
    }
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** What choosing does now. */
  get mode(): Mode {
    return this.held ?? this.switched;
  }

  /** Say what can be taken back; where nothing is chosen there is nothing to narrow. */
  show(): void {
    const isChosen = this.conditions.all.length > 0;
    if (!isChosen) this.turn("narrow");
    for (const made of this.switches.values()) made.hidden = !isChosen;
    this.root.hidden = !isChosen && !this.conditions.canUndo && !this.conditions.canRedo;
    this.undo.disabled = !this.conditions.canUndo;
    this.redo.disabled = !this.conditions.canRedo;
  }

  private turn(mode: Mode): void {
    this.switched = mode;
    for (const [each, made] of this.switches) made.setAttribute("aria-pressed", String(each === mode));
  }

  /** What of annotations can be taken back comes before, and its keys do not get here. */
  private key(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isText(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.conditions.undo();
    else if (key === "z" || key === "y") this.conditions.redo();
    else return;
    event.preventDefault();
  }
}

function modeOf({ shiftKey, altKey, target }: KeyboardEvent | PointerEvent): Mode | null {
  if (isText(target)) return null; // capitals are no wish to add
  if (altKey) return "subtract";
  return shiftKey ? "add" : null;
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=radio]):not([type=checkbox]), textarea");
}

function name(named: HTMLButtonElement, words: string): void {
  named.title = words;
  named.setAttribute("aria-label", words.replace(/ \(.*/, ""));
}
