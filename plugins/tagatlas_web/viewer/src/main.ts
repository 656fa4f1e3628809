import { App } from "./app";
import { readMap } from "./data";
import { byId } from "./elements";

readMap()
  .then((map) => new App(map))
  .catch((error: unknown) => {
    byId("news").textContent = error instanceof Error ? error.message : String(error);
    byId("news").classList.add("trouble");
    throw error;
  });
