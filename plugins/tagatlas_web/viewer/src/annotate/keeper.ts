/** The annotations of a map: those that the server has, and changes on their way to it. */

import type { Annotation, Content } from "./content";
import { fingerprint } from "./fingerprint";
import { Away, Changed, Refused, type News, type Server } from "./server";
import type { Change, Shelf } from "./shelf";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
const POLL_MS = 2000;

export interface KeeperActions {
  /** Other annotations are to be shown. */
  changed(): void;
  /** How saving stands. */
  stands(standing: Standing): void;
  /** Somebody else's change stands instead of one that was made here. */
  overtaken(id: string, mine: Content | null, theirs: Content | null): void;
  /** The server will not keep a change that was made here. */
  refused(id: string, mine: Content | null, kept: Content | null, reason: string): void;
  /** The map was made again. */
  remade(): void;
}

export interface Standing {
  /** Changes that are not saved. */
  waiting: number;
  /** Why the server does not answer; empty where it does. */
  away: string;
  /** Whether the browser keeps what waits, so that it outlives the window. */
  shelved: boolean;
}

export class Keeper {
  private readonly kept = new Map<string, Annotation>();
  private readonly waiting = new Map<string, Change>();
  /** What the browser has not kept yet, or cannot. */
  private readonly unshelved = new Set<string>();
  private revision = 0;
  private sending = false;
  /** The news that are waited for: asked by one at a time. */
  private looking: Promise<void> | null = null;
  private away = "";
  private wake: () => void = () => {};

  /** @param shelf null where the browser keeps nothing. */
  constructor(
    private readonly server: Server,
    private readonly shelf: Shelf | null,
    private readonly actions: KeeperActions,
  ) {}

  /** Read all annotations, and from now on what others change. */
  async begin(): Promise<void> {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.look();
      this.wake();
    });
    window.addEventListener("online", () => this.wake());
    await this.look();
    const again = () => {
      const due = document.visibilityState === "visible" ? this.look() : Promise.resolve();
      void due.then(() => setTimeout(again, POLL_MS));
    };
    setTimeout(again, POLL_MS);
  }

  /** What an annotation says now; null where there is none. */
  get(id: string): Content | null {
    const change = this.waiting.get(id);
    return change ? change.content : (this.kept.get(id)?.content ?? null);
  }

  /** When an annotation was changed last; later than all others where that is not saved yet. */
  revisionOf(id: string): number {
    return this.waiting.has(id) ? Infinity : (this.kept.get(id)?.revision ?? 0);
  }

  /** All annotations: in the order of their numbers, those that have none yet at the end. */
  all(): [id: string, content: Content][] {
    const ids = [...this.kept.values()].sort((one, other) => one.number - other.number).map(({ id }) => id);
    const every = new Set([...ids, ...this.waiting.keys()]);
    return [...every].flatMap((id) => {
      const content = this.get(id);
      return content ? [[id, content] as [string, Content]] : [];
    });
  }

  /** Change an annotation, or remove it: at once here, then on the server. */
  change(id: string, content: Content | null): void {
    const before = this.waiting.get(id);
    const base = before?.base ?? this.kept.get(id)?.revision ?? 0;
    // What waited was sent perhaps: by this window, or by another that took it from the shelf.
    const sent = before ? [...before.sent, fingerprint(before.content)] : [];
    const change = { id, base, content, sent };
    this.waiting.set(id, change);
    this.shelve(change);
    this.actions.changed();
    this.stand();
    void this.send();
  }

  private shelve(change: Change): void {
    this.unshelved.add(change.id);
    const kept = () => {
      if (this.waiting.get(change.id) === change) this.unshelved.delete(change.id);
      this.stand();
    };
    void this.shelf?.put(change).then(kept, () => {});
  }

  private drop(id: string): void {
    this.unshelved.delete(id);
    void this.shelf?.drop(id).catch(() => {});
  }

  /** Ask what others changed, and take over what windows left that are gone. */
  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = null));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    try {
      const news = await this.server.news(this.revision);
      // Only with a server that answers: a window whose server is gone cannot send for others.
      const adopted = (await this.shelf?.adopt((id) => this.waiting.has(id)).catch(() => [])) ?? [];
      for (const change of adopted) {
        if (this.waiting.has(change.id)) continue;
        this.waiting.set(change.id, { ...change, sent: [...change.sent, fingerprint(change.content)] });
      }
      this.hear(news, adopted.length > 0);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.stand(error.message);
    }
    void this.send();
  }

  private hear(news: News, adopted: boolean): void {
    this.revision = Math.max(this.revision, news.revision);
    const newer = news.changes.filter(
      ({ id, revision }) => revision > (this.kept.get(id)?.revision ?? 0),
    );
    for (const each of newer) this.kept.set(each.id, each);
    if (newer.length || adopted) this.actions.changed();
    if (news.map !== document.documentElement.dataset.live) this.actions.remade();
    this.stand("");
  }

  /** Send what waits, one after the other, until nothing does. */
  private async send(): Promise<void> {
    if (this.sending) {
      this.wake();
      return;
    }
    this.sending = true;
    let pause = FIRST_PAUSE_MS;
    for (let next = this.next(); next; next = this.next()) {
      try {
        await this.sendOne(next);
        pause = FIRST_PAUSE_MS;
        this.stand("");
      } catch (error) {
        if (!(error instanceof Away)) throw error;
        this.stand(error.message);
        await this.rest(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
    this.sending = false;
    this.stand();
  }

  private next(): Change | undefined {
    return this.waiting.values().next().value;
  }

  private async sendOne(change: Change): Promise<void> {
    const { id, base, content } = change;
    try {
      this.answered(change, await this.server.keep(id, base, content));
    } catch (error) {
      if (error instanceof Changed) this.overtaken(change, error.present);
      else if (error instanceof Refused) this.refused(change, error.message);
      else throw error;
    }
  }

  private answered(change: Change, answer: Annotation): void {
    const { id } = change;
    this.kept.set(id, answer);
    const now = this.waiting.get(id);
    if (!now || now === change) {
      this.waiting.delete(id);
      this.drop(id);
    } else {
      this.rebase(now, answer.revision);
    }
  }

  /** Let a change go on from another revision. */
  private rebase(change: Change, base: number): void {
    const rebased = { ...change, base, sent: [] };
    this.waiting.set(change.id, rebased);
    this.shelve(rebased);
  }

  private overtaken(change: Change, present: Annotation | null): void {
    const { id } = change;
    const now = this.waiting.get(id) ?? change;
    const sent = [...now.sent, fingerprint(change.content)];
    const mine = present !== null && sent.includes(fingerprint(present.content));
    if (present) this.kept.set(id, present);
    else this.kept.delete(id);
    if (present === null || mine) {
      this.rebase(now, present?.revision ?? 0);
      return;
    }
    this.waiting.delete(id);
    this.drop(id);
    this.actions.overtaken(id, now.content, present.content);
    this.actions.changed();
  }

  private refused(change: Change, reason: string): void {
    const { id } = change;
    const { content } = this.waiting.get(id) ?? change;
    this.waiting.delete(id);
    this.drop(id);
    this.actions.refused(id, content, this.get(id), reason);
    this.actions.changed();
  }

  private rest(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  private stand(away = this.away): void {
    this.away = away;
    this.actions.stands({ waiting: this.waiting.size, away, shelved: this.unshelved.size === 0 });
  }
}
