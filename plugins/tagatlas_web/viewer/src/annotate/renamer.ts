/** Renaming in place. */

import { element } from "../elements";
import { LONGEST_NAME } from "./content";

/**
 * Put a field over a name until another one is given.
 *
 * @param name that there is.
 * @param place the field where it belongs.
 * @param given told of the new name; says why it cannot be had, or null.
 * @param ended told when the field is gone.
 */
export function rename(
  name: string,
  place: (field: HTMLElement) => void,
  given: (name: string) => string | null,
  ended: () => void,
): void {
  const input = element("input", { "aria-label": `Name instead of ${name}`, maxlength: String(LONGEST_NAME), dir: "auto" });
  const trouble = element("span", { role: "alert" });
  const field = element("span", { class: "renaming" }, input, trouble);
  input.value = name;
  let over = false;
  const end = () => {
    over = true;
    field.remove();
    ended();
  };
  const give = (last: boolean) => {
    if (over) return;
    const reason = input.value === name ? null : given(input.value);
    if (reason === null || last) end();
    else trouble.textContent = reason;
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") {
      event.preventDefault();
      give(false);
    } else if (event.key === "Escape") end();
  });
  input.addEventListener("blur", () => give(true));
  place(field);
  input.focus();
  input.select();
}
