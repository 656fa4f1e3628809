// Built for the tests: what needs no page.
export * from "./arrangement";
export * from "./classes";
export * from "./dates";
export * from "./ticks";
export * from "./wall";
export * from "../find/scales";
