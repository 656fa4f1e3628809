/** What the page asks of `tagatlas view`. */

import type { Annotation, Content } from "./content";

/** The server, or what is instead of it, cannot answer now: it may be asked again. */
export class Away extends Error {}

/** The server will not keep this: the text says why. */
export class Refused extends Error {}

/** Somebody else changed the annotation. */
export class Changed extends Error {
  constructor(readonly present: Annotation | null) {
    super("changed by somebody else");
  }
}

export interface News {
  revision: number;
  /** What the page is made of; another one where maps were made again. */
  map: string;
  changes: Annotation[];
}

interface Said {
  error?: string;
  /** The annotation that is there instead; null where there is none. */
  present?: Annotation | null;
}

// A longer body than this may not be sent while its page is being closed.
const KEPT_ALIVE = 60_000;

export class Server {
  constructor(private readonly map: string) {}

  /** What changed since a revision. */
  async news(since: number): Promise<News> {
    const query = new URLSearchParams({ map: this.map, since: String(since) });
    return (await this.ask(`api/annotations?${query}`)) as News;
  }

  /**
   * Keep an annotation, or remove it.
   *
   * @param base the revision that was changed; 0 for a new one.
   */
  async keep(id: string, base: number, content: Content | null): Promise<Annotation> {
    const change = { map: this.map, base, content };
    return (await this.ask(`api/annotations/${id}`, "PUT", change)) as Annotation;
  }

  /** Write the map in a format; where it can be taken from. */
  async write(format: string): Promise<{ path: string; url: string; note: string }> {
    const order = { map: this.map, format };
    return (await this.ask("api/export", "POST", order)) as { path: string; url: string; note: string };
  }

  /** Hide images by their ids, or show them again. */
  async hide(images: string[], hide: boolean): Promise<void> {
    await this.ask("api/hidden", "POST", { images, hide });
  }

  /** The images that fit a text best, by falling cosine, and the cosine from which on they stand out. */
  async meaning(text: string): Promise<{ images: string[]; cosines: number[]; least: number }> {
    return (await this.ask("api/meaning", "POST", { text })) as { images: string[]; cosines: number[]; least: number };
  }

  private async ask(path: string, method = "GET", content?: object): Promise<unknown> {
    const body = content && JSON.stringify(content);
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        cache: "no-store",
        ...(body && {
          body,
          headers: { "Content-Type": "application/json" },
          keepalive: method === "PUT" && body.length < KEPT_ALIVE,
        }),
      });
    } catch {
      throw new Away("the server is away");
    }
    if (answer.status === 403) throw new Away("the server was restarted: open its new address");
    const said = (await answer.json().catch(() => null)) as Said | null;
    if (answer.ok && said) return said;
    if (answer.status === 409 && said?.present !== undefined) throw new Changed(said.present);
    const reason = said?.error ?? `the server answers ${answer.status}`;
    // What nobody gave a reason for was not refused: an answer that broke off, or another's than the server's.
    if (method !== "POST" && (answer.status >= 500 || !said?.error)) throw new Away(reason);
    throw new Refused(reason);
  }
}
