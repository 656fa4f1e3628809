import { App } from "./app";
import { readAtlas } from "./data/files";
import { byId } from "./elements";
import { Model } from "./data/model";

async function open(): Promise<void> {
  const model = new Model(await readAtlas());
  new App(model, await model.chart(0));
}

open().catch((error: unknown) => {
  byId("news").textContent = error instanceof Error ? error.message : String(error);
  byId("news").classList.add("trouble");
  throw error;
});
