/**
 * What is not saved yet, kept by the browser.
 *
 * In IndexedDB, whose finished transactions survive that the browser is killed; what is put into
 * `localStorage` is written only seconds later, and lost by that.
 */

import type { Content } from "./content";

/** A change that the server has not answered. */
export interface Change {
  id: string;
  /** The revision that was changed; 0 for a new annotation. */
  base: number;
  content: Content | null;
  /** What was sent before of the same annotation and not answered either. */
  sent: (Content | null)[];
}

/** A change with whose it is. */
export interface Shelved extends Change {
  atlas: string;
  map: string;
  /** The window that will send it. */
  window: string;
  /** The path of its page, which a server that is restarted no longer has. */
  page: string;
}

const STORE = "changes";
const KEY = ["atlas", "map", "window", "id"];

export class Shelf {
  private constructor(
    private readonly database: IDBDatabase,
    private readonly atlas: string,
    private readonly map: string,
    private readonly window: string,
  ) {}

  /** The shelf of this window for a map. */
  static async open(atlas: string, map: string): Promise<Shelf> {
    const opening = indexedDB.open("tagatlas", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: KEY });
    const database = await answered(opening);
    const window = crypto.randomUUID();
    // Held as long as the window lives: others see by it whether it will still send its changes.
    await new Promise<void>((held) => {
      void navigator.locks.request(window, () => {
        held();
        return new Promise(() => {});
      });
    });
    return new Shelf(database, atlas, map, window);
  }

  /** Keep a change; one of the same annotation is replaced. */
  put(change: Change): Promise<void> {
    const { id, base, content, sent } = change;
    const { atlas, map, window } = this;
    const shelved: Shelved = { atlas, map, window, page: location.pathname, id, base, content, sent };
    return this.write((store) => store.put(shelved));
  }

  /** Let go of a change: it was answered. */
  drop(id: string): Promise<void> {
    return this.write((store) => store.delete([this.atlas, this.map, this.window, id]));
  }

  /** Take over the changes of windows that are gone, or whose server is. */
  async adopt(): Promise<Change[]> {
    const { held = [] } = await navigator.locks.query();
    const living = new Set(held.map(({ name }) => name));
    const store = this.database.transaction(STORE).objectStore(STORE);
    const all = (await answered(store.getAll())) as Shelved[];
    const left = all.filter(
      (each) =>
        each.atlas === this.atlas &&
        each.map === this.map &&
        each.window !== this.window &&
        (!living.has(each.window) || each.page !== location.pathname),
    );
    for (const each of left) {
      const { atlas, map, window } = each;
      await this.put(each);
      await this.write((changes) => changes.delete([atlas, map, window, each.id]));
    }
    return left.map(({ id, base, content, sent }) => ({ id, base, content, sent }));
  }

  private write(work: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((done, failed) => {
      const writing = this.database.transaction(STORE, "readwrite", { durability: "strict" });
      writing.oncomplete = () => done();
      writing.onabort = writing.onerror = () => failed(writing.error);
      work(writing.objectStore(STORE));
    });
  }
}

function answered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
