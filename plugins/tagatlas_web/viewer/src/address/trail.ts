/** The page's address follows what is done, and the page follows its address where one goes back. */

import { isEmbedded } from "../data/host";
import { read, written, type Address } from "./address";

const WAIT_MS = 250;
/** So many words of a panel say what it is and its order; what is picked there is behind them. */
const ORDER = 3;

export interface TrailActions {
  /** What is shown now. */
  now(): Address;
  /** Show that; what could not be, in words. */
  show(address: Address): Promise<string[]>;
  say(news: string): void;
}

export class Trail {
  private deeds = "";
  private whole = "";
  private waiting = 0;
  /** While the page is brought to an address, nothing is written; nor before it begins. */
  private going = 1;

  constructor(private readonly actions: TrailActions) {}

  /** Show what the page's address says, and follow it from now on. A frame of a notebook has none. */
  async begin(): Promise<void> {
    if (isEmbedded) return;
    if (location.hash.length > 1) await this.go();
    this.going--;
    this.remember();
    window.addEventListener("popstate", () => void this.go());
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
    const [deeds, whole] = [this.deeds, this.whole];
    this.remember();
    if (whole === this.whole) return;
    const address = this.whole ? `#${this.whole}` : location.href.split("#")[0]!;
    if (deeds === this.deeds) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }

  private remember(): void {
    const address = this.actions.now();
    this.whole = written(address);
    const panel = address.panel?.slice(0, ORDER) ?? null;
    this.deeds = written({ ...address, panel, shown: address.shown.map((each) => ({ ...each, spot: null })) });
  }

  private async go(): Promise<void> {
    const { address, unknown } = read(location.hash);
    this.going++;
    try {
      const lacking = [...unknown.map((part) => `“${part.slice(0, 80)}”`), ...(await this.actions.show(address))];
      if (lacking.length) this.actions.say(`This link asks for what is not here, and was left out: ${lacking.join("; ")}`);
    } finally {
      this.going--;
      if (!this.going) this.remember();
    }
  }
}
