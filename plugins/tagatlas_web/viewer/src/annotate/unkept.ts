/** Changes that the server did not keep: listed, in every window and after a reload, until somebody decides. */

import { button, element } from "../elements";
import { answered } from "./shelf";
import { isChange, isDrawn, same, type Content } from "./content";
import { described } from "./drawings";
import { told } from "./regrouping";

/** A change, and why it was not kept. */
export interface Unkept {
  readonly id: string;
  readonly content: Content;
  readonly reason: string;
}

/** Where they are meanwhile. */
export interface UnkeptStore {
  all(): Promise<Unkept[]>;
  put(change: Unkept): Promise<void>;
  drop(id: string): Promise<void>;
}

export interface UnkeptActions {
  /** What an annotation says now; null where there is none. */
  now(id: string): Content | null;
  /** Have an annotation say that after all. */
  putBack(id: string, content: Content): void;
}

const STORE = "changes";

export class UnkeptList {
  readonly root = element("details", { class: "changes unkept", hidden: "" });
  private readonly summary = element("summary");
  private readonly list = element("ul");
  private shown: readonly Unkept[] = [];

  constructor(
    private readonly store: UnkeptStore,
    private readonly actions: UnkeptActions,
  ) {
    this.root.append(this.summary, this.list);
    window.addEventListener("focus", () => void this.refresh()); // another window may have some more
  }

  async add(change: Unkept): Promise<void> {
    await this.store.put(change);
    await this.refresh();
  }

  /** Show what there is; what stands by now is no longer kept here. */
  async refresh(): Promise<void> {
    const changes: Unkept[] = [];
    for (const each of await this.store.all()) {
      if (same(each.content, this.actions.now(each.id))) await this.store.drop(each.id);
      else changes.push(each);
    }
    if (same(changes, this.shown)) return; // what has the focus keeps it
    this.shown = changes;
    this.root.hidden = !changes.length;
    this.summary.textContent = `Not kept (${changes.length})`;
    this.list.replaceChildren(...changes.map((each) => this.line(each)));
  }

  private line({ id, content, reason }: Unkept): HTMLElement {
    const words = worded(content);
    const left = async (work: () => void) => {
      await this.store.drop(id);
      work();
      await this.refresh();
    };
    const back = button("Put back", () => void left(() => this.actions.putBack(id, content)));
    back.setAttribute("aria-label", `Put back: ${words}`);
    const drop = button("Discard", () => void left(() => undefined));
    drop.setAttribute("aria-label", `Discard: ${words}`);
    return element("li", {}, element("bdi", {}, words), " ", element("span", { class: "size" }, reason), " ", back, " ", drop);
  }
}

function worded(content: Content): string {
  if (isChange(content)) return told(content);
  return isDrawn(content) ? described(content, 0).replace(/^Note 0/, "Note") : `Name: ${content.name}`;
}

/** Those of a map, in the browser's store; in this window alone where the browser has none. */
export async function openUnkept(atlas: string, map: string): Promise<UnkeptStore> {
  const opening = indexedDB.open("tagatlas not kept", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: ["atlas", "map", "id"] });
  const database = await answered(opening).catch(() => null);
  if (!database) return inMemory();
  const store = (mode: IDBTransactionMode) => database.transaction(STORE, mode).objectStore(STORE);
  const ofMap = IDBKeyRange.bound([atlas, map], [atlas, map, []]);
  return {
    all: () => answered(store("readonly").getAll(ofMap) as IDBRequest<Unkept[]>),
    put: async (change) => void (await answered(store("readwrite").put({ atlas, map, ...change }))),
    drop: (id) => answered(store("readwrite").delete([atlas, map, id])),
  };
}

function inMemory(): UnkeptStore {
  const changes = new Map<string, Unkept>();
  return {
    all: async () => [...changes.values()],
    put: async (change) => void changes.set(change.id, change),
    drop: async (id) => void changes.delete(id),
  };
}
