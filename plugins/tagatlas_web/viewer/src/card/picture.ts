/** The picture on the card of an image, which opens it large. */

import { showPicture } from "../data/host";
import type { Model } from "../data/model";
import { button, element } from "../elements";

export function cardPicture(model: Model, row: number, enlarge: () => void): HTMLElement {
  if (model.isHidden(row)) return element("p", { class: "gone" }, "This image is hidden.");
  const label = model.label(row);
  const picture = element("img", { alt: label });
  const opens = button(picture, enlarge);
  opens.title = "Show it large";
  opens.className = "enlarge";
  opens.setAttribute("aria-label", `Show ${label} large`);
  picture.addEventListener("error", () => {
    opens.replaceWith(element("p", { class: "gone" }, "The picture is not in this folder."));
  });
  showPicture(picture, model.largest(row));
  return element("figure", {}, opens);
}
