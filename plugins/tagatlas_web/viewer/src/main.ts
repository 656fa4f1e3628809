import { App } from "./app";
import { readAtlas } from "./data/files";
import { Model } from "./data/model";
import { tellMissing, tellTrouble } from "./trouble";

async function open(): Promise<void> {
  const model = new Model(await readAtlas());
  new App(model, await model.chart(0));
}

open().catch((error: unknown) => {
  if (tellMissing(error)) return;
  tellTrouble(error instanceof Error ? error.message : String(error));
  throw error;
});
