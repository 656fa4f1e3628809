/** The page's address follows what is done, and the page follows its address where one goes back. */

import { isEmbedded } from "../data/host";
import type { Step } from "../find/conditions";
import { read, written, type Address } from "./address";

const WAIT_MS = 250;
/** So many words of a panel say what it is and its order; what is picked there is behind them. */
const ORDER = 3;
/** Entries whose conditions are kept. */
const REMEMBERED = 200;

export interface TrailActions {
  /** What is shown now. */
  now(): Address;
  /** All conditions that work now, also those that an address cannot hold. */
  steps(): readonly Step[];
  /** Show that, with conditions that were there where they are known; what could not be, in words. */
  show(address: Address, known: readonly Step[] | null): Promise<string[]>;
  say(news: string): void;
}

/** What the browser keeps with an entry of its history. */
interface State {
  /** Which page made it: when that was opened. */
  readonly page: number;
  readonly entry: number;
}

export class Trail {
  private deeds = "";
  private whole = "";
  private steps: readonly Step[] = [];
  private waiting = 0;
  /** While the page is brought to an address, nothing is written; nor before it begins. */
  private going = 1;
  /** The conditions of entries of the browser's history, by number, as long as the page is open. */
  private readonly entries = new Map<number, readonly Step[]>();
  private entry = 0;
  private last = 0;
  private asked = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly actions: TrailActions) {}

  /** Show what the page's address says, and follow it from now on. A frame of a notebook has none. */
  async begin(): Promise<void> {
    if (isEmbedded) return;
    try {
      if (location.hash.length > 1) await this.go(null);
    } finally {
      this.going--;
      this.remember();
      this.enter("replaceState", location.href);
      window.addEventListener("popstate", ({ state }) => this.follow(state));
    }
  }

  /** Something may have been done, or the map was moved. */
  note(): void {
    if (isEmbedded || this.going) return;
    this.waiting ||= window.setTimeout(() => this.write(), WAIT_MS);
  }

  /** The page's address for what is shown now. */
  get link(): string {
    return `${location.href.split("#")[0]}#${written(this.actions.now())}`;
  }

  /** Deeds make a new entry of the browser's history; moving and picking change the one that is there. */
  private write(): void {
    this.waiting = 0;
    if (this.going) return;
    const { deeds, whole, steps } = this;
    this.remember();
    const isDeed = deeds !== this.deeds || steps !== this.steps;
    if (!isDeed && whole === this.whole) return;
    if (isDeed) this.entry = ++this.last;
    this.enter(isDeed ? "pushState" : "replaceState", this.whole ? `#${this.whole}` : location.href.split("#")[0]!);
  }

  /** Put an address into the browser's history, under the number of the entry. */
  private enter(how: "pushState" | "replaceState", address: string): void {
    this.entries.set(this.entry, this.steps);
    this.entries.delete(this.entry - REMEMBERED);
    const state: State = { page: performance.timeOrigin, entry: this.entry };
    history[how](state, "", address);
  }

  private remember(): void {
    const address = this.actions.now();
    this.steps = this.actions.steps();
    this.whole = written(address);
    const panel = address.panel?.slice(0, ORDER) ?? null;
    this.deeds = written({ ...address, panel, shown: address.shown.map((each) => ({ ...each, spot: null })) });
  }

  /** One went back or forward, or wrote another address: of several, one after the other, the last is shown. */
  private follow(state: State | null): void {
    const asked = ++this.asked;
    const number = state?.page === performance.timeOrigin ? state.entry : null;
    this.turn = this.turn.finally(async () => {
      if (asked !== this.asked) return;
      await this.go(number);
      if (asked !== this.asked) return;
      this.entry = number ?? ++this.last;
      this.enter("replaceState", location.href);
    });
  }

  /** @param number of the entry; null of one that this page did not make. */
  private async go(number: number | null): Promise<void> {
    const { address, unknown } = read(location.hash);
    const known = number === null ? null : (this.entries.get(number) ?? null);
    this.going++;
    try {
      const lacking = await this.actions.show(address, known);
      const all = [...unknown.map((part) => `“${part.slice(0, 80)}”`), ...lacking];
      if (all.length) this.actions.say(`This link asks for what is not here, and was left out: ${all.join("; ")}`);
    } finally {
      this.going--;
      if (!this.going) this.remember();
    }
  }
}
