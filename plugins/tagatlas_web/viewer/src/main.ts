import { read } from "./address/address";
import { App } from "./app";
import { readAtlas } from "./data/files";
import { Model } from "./data/model";
import { tellMissing, tellTrouble } from "./trouble";

async function open(): Promise<void> {
  const model = new Model(await readAtlas());
  const named = read(location.hash).address.shown[0]?.map;
  const first = model.atlas.maps.findIndex(({ name }) => name === named);
  new App(model, await model.chart(Math.max(first, 0)));
}

open().catch((error: unknown) => {
  if (tellMissing(error)) return;
  tellTrouble(error instanceof Error ? error.message : String(error));
  throw error;
});
