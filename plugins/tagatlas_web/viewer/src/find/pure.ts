// Built for the tests: what needs no page.
export { Column } from "../data/column";
export * from "./kinds";
export * from "./parse";
export * from "./scales";
export { fit, spaced, terms } from "./words";
export { Written } from "./written";
