/** The buttons over a map. */

import { button, element } from "../elements";

export interface ToolbarActions {
  whole(): void;
  /** Zoom in by a factor; out by one below 1. */
  zoom(factor: number): void;
  lasso(): void;
  tags(): void;
}

const STEP = 1.6;

export class Toolbar {
  readonly root: HTMLElement;
  private readonly draws: HTMLButtonElement;
  private readonly tags: HTMLButtonElement;

  constructor(actions: ToolbarActions) {
    const whole = titled("Whole map", "Show the whole map (0)", () => actions.whole());
    const nearer = titled("+", "Zoom in (+)", () => actions.zoom(STEP));
    const farther = titled("−", "Zoom out (-)", () => actions.zoom(1 / STEP));
    nearer.setAttribute("aria-label", "Zoom in");
    farther.setAttribute("aria-label", "Zoom out");
    this.draws = titled("Lasso", "Select by drawing around images (L); V selects all in view", () => actions.lasso());
    this.tags = titled("", "", () => actions.tags());
    this.draws.classList.add("draw");
    this.tags.classList.add("tags");
    this.draws.setAttribute("aria-pressed", "false");
    this.tags.setAttribute("aria-pressed", "false");
    this.root = element("div", { class: "tools", role: "toolbar" }, whole, nearer, farther, this.draws, this.tags);
  }

  /** @param map what the map is called. @param node what its nodes are that are no images. */
  name(map: string, node: string): void {
    this.root.setAttribute("aria-label", `View of ${map}`);
    this.tags.textContent = `${node.charAt(0).toUpperCase()}${node.slice(1)}s`;
    this.tags.title = `Show ${node}s on the map (T)`;
  }

  press(lasso: boolean, tags: boolean): void {
    this.draws.setAttribute("aria-pressed", String(lasso));
    this.tags.setAttribute("aria-pressed", String(tags));
  }
}

function titled(text: string, title: string, pressed: () => void): HTMLButtonElement {
  const made = button(text, pressed);
  made.title = title;
  return made;
}
