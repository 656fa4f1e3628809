/** The records that led to an image. */

import type { Detail } from "./files";
import { count, element, foreign } from "../elements";

const FIRST = 3;
const SHOWN = 50;

/**
 * The records, those of the earliest date at the front; behind the first few they are folded.
 *
 * @param beside what stands beside a record, such as a picture.
 */
export function recordList<Kind extends Detail>(
  records: readonly Kind[], beside: (record: Kind) => HTMLElement | null = () => null,
): HTMLElement {
  const ordered = inTime(records);
  const listed = (some: readonly Kind[], first: number) =>
    element("ol", { class: "records", start: String(first) }, ...some.map((record) => entry(record, beside(record))));
  const title = element("h3", {}, "Records");
  const section = element("section", { class: "records-of" }, title, listed(ordered.slice(0, FIRST), 1));
  const rest = ordered.slice(FIRST, SHOWN);
  if (!rest.length) return section;
  const more = ordered.length - SHOWN;
  section.append(
    element(
      "details",
      {},
      element("summary", {}, count(ordered.length - FIRST, "more record")),
      listed(rest, FIRST + 1),
      more > 0 ? element("p", {}, `and ${count(more, "more record")}`) : null,
    ),
  );
  return section;
}

/** Records by their dates; those without one are behind the others. */
export function inTime<Kind extends Pick<Detail, "moment">>(records: readonly Kind[]): Kind[] {
  const at = ({ moment }: Kind) => moment ?? Infinity;
  // Infinity less Infinity is no number, and no order.
  return [...records].sort((one, other) => (at(one) === at(other) ? 0 : at(one) - at(other)));
}

function entry(record: Detail, beside: HTMLElement | null): HTMLElement {
  const columns = element("dl");
  for (const [name, value] of Object.entries(record.columns)) {
    if (value) columns.append(element("dt", {}, foreign(name)), element("dd", {}, foreign(value)));
  }
  const times = record.frequency > 1 ? ` (${count(record.frequency, "time")})` : null;
  const where = element("p", { class: "where" }, address(record.location), times);
  return element("li", {}, beside, columns.childElementCount ? columns : null, where);
}

/** A link where it is one to the web, else the text. */
function address(location: string): HTMLElement {
  if (!/^https?:\/\//i.test(location)) return foreign(location);
  const link = element("a", { href: location, rel: "noreferrer noopener", target: "_blank" });
  link.append(foreign(location));
  return link;
}
