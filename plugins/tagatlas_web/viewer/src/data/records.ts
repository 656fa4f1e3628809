/** The records that led to an image. */

import type { Detail } from "./files";
import { count, element, foreign } from "../elements";

const SHOWN = 50;

export function recordList(records: readonly Detail[]): HTMLElement {
  const list = element("ol", { class: "records" });
  for (const record of records.slice(0, SHOWN)) {
    const columns = element("dl");
    for (const [name, value] of Object.entries(record.columns)) {
      if (value) columns.append(element("dt", {}, foreign(name)), element("dd", {}, foreign(value)));
    }
    const times = record.frequency > 1 ? ` (${count(record.frequency, "time")})` : null;
    list.append(element("li", {}, address(record.location), times, columns));
  }
  const more = records.length - SHOWN;
  if (more > 0) list.append(element("li", {}, `and ${count(more, "more record")}`));
  return element("section", {}, element("h3", {}, "Records"), list);
}

/** A link where it is one to the web, else the text. */
function address(location: string): HTMLElement {
  if (!/^https?:\/\//i.test(location)) return foreign(location);
  const link = element("a", { href: location, rel: "noreferrer noopener", target: "_blank" });
  link.append(foreign(location));
  return link;
}
