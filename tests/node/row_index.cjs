// Images are found by any beginning of their ids, wherever a part of the index ends.
const assert = require("node:assert/strict");
const { RowIndex } = require(process.argv[2]);

let state = 12345;
const below = (number) => Math.floor(((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648) * number);

(async () => {
  let looked = 0;
  for (let round = 0; round < 200; round++) {
    const count = 1 + below(40);
    const ids = [...new Set(Array.from({ length: count }, () => Array.from({ length: 4 }, () => "abc"[below(3)]).join("")))].sort();
    const inPart = 1 + below(6);
    const parts = [];
    for (let first = 0; first < ids.length; first += inPart) {
      const some = ids.slice(first, first + inPart);
      parts.push({ ids: some, rows: Uint32Array.from(some, (_, at) => 7 * (first + at)) });
    }
    const index = new RowIndex(parts.map((part) => part.ids[0]), async (part) => parts[part]);
    for (let length = 1; length <= 4; length++) {
      for (let number = 0; number < 3 ** length; number++) {
        const beginning = Array.from({ length }, (_, at) => "abc"[Math.floor(number / 3 ** at) % 3]).join("");
        const place = ids.findIndex((id) => id.startsWith(beginning));
        assert.equal(await index.rowOf(beginning), place < 0 ? -1 : 7 * place, `${beginning} in ${ids}`);
        looked++;
      }
    }
  }
  console.log(JSON.stringify(looked));
})();
