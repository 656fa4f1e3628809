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
  /** Fingerprints of what may have been sent before of the same annotation, and was not answered. */
  sent: string[];
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
const KEY = ["atlas", "map", "window", "id"] as const;

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
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: [...KEY] });
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

  /**
   * Take over the changes of windows that are gone, or whose server is; one of an annotation.
   *
   * @param busy whether this window has a change of an annotation itself, which goes first.
   */
  async adopt(busy: (id: string) => boolean): Promise<Change[]> {
    const { held = [] } = await navigator.locks.query();
    const living = new Set(held.map(({ name }) => name));
    const adopted = new Map<string, Shelved>();
    // In one transaction: no other window takes the same, and none is lost when this one is killed.
    await this.write((store) => {
      const reading = store.getAll() as IDBRequest<Shelved[]>;
      reading.onsuccess = () => {
        for (const each of reading.result.filter((shelved) => this.isLeft(shelved, living))) {
          if (busy(each.id) || adopted.has(each.id)) continue;
          adopted.set(each.id, each);
          store.put({ ...each, window: this.window, page: location.pathname });
          store.delete(KEY.map((name) => each[name]));
        }
      };
    });
    return [...adopted.values()].map(({ id, base, content, sent }) => ({ id, base, content, sent }));
  }

  private isLeft({ atlas, map, window, page }: Shelved, living: ReadonlySet<string | undefined>): boolean {
    if (atlas !== this.atlas || map !== this.map || window === this.window) return false;
    return !living.has(window) || page !== location.pathname;
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

/** What the browser's store answers. */
export function answered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
