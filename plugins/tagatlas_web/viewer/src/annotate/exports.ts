/** The map as files to take away. */

import { button, element } from "../elements";
import type { Server } from "./server";

/** The formats that the server offers: their names, and what their buttons say. */
function offered(): [string, string][] {
  return JSON.parse(document.documentElement.dataset.formats ?? "[]") as [string, string][];
}

export function exports(server: Server, say: (news: string) => void): HTMLElement {
  const write = async (format: string, title: string, pressed: HTMLButtonElement) => {
    pressed.disabled = true;
    say(`${title} is being written…`);
    try {
      const { path, url, note } = await server.write(format);
      element("a", { href: url, download: "" }).click();
      say(`${title} is written: ${path}${note && `; ${note}`}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      say(`${title} could not be written: ${error.message}`);
    } finally {
      pressed.disabled = false;
    }
  };
  const choices = offered().map(([format, title]) => {
    const made: HTMLButtonElement = button(title, () => void write(format, title, made));
    return element("li", {}, made);
  });
  return element("details", { class: "export" }, element("summary", {}, "Export"), element("ul", {}, ...choices));
}
