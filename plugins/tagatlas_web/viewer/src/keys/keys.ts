/** Keys that mean the same wherever the focus is, except where one writes. */

/** Fields: whatever is typed there belongs to them. */
const FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button])";
/** What has a use of its own for Enter, the space bar and the arrow keys. */
const CONTROLS = "button, a, summary, input, [role=button], [role=slider], [role=option], [tabindex]";
const WAYS_BACK = new Set(["p", "escape"]);
const OWN_KEYS = new Set(["Enter", " ", "Tab", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "Delete", "Backspace", "Insert"]);

export interface KeyActions {
  /** The map that is worked with: keys are pressed there. */
  map(): HTMLElement;
  /** Show which keys there are. */
  help(): void;
}

/** Whether somebody writes in it. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

/** Listen for keys on the whole page. */
export function listenForKeys(actions: KeyActions): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (!(target instanceof Element) || isField(target) || target.closest("dialog, [role=dialog]")) return;
    if (event.key === "?") {
      actions.help();
      event.preventDefault();
      return;
    }
    const map = actions.map();
    // What stands in the place of the map leaves of its keys only the ways back.
    if (map.closest("[inert]") && !WAYS_BACK.has(event.key.toLowerCase())) return;
    if (target.matches("canvas.map") || (OWN_KEYS.has(event.key) && target.closest(CONTROLS))) return;
    const copy = new KeyboardEvent(event.type, { ...initOf(event), bubbles: false });
    map.dispatchEvent(copy);
    if (copy.defaultPrevented) event.preventDefault();
  });
}

function initOf({ key, code, shiftKey, repeat }: KeyboardEvent): KeyboardEventInit {
  return { key, code, shiftKey, repeat, cancelable: true };
}
