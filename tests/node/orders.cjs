// All records of an image count where it is ordered: the first of its values in the order.
const assert = require("node:assert/strict");
const { ordered, ordersOf } = require(process.argv[2]);

const values = ["Émile", "ada", "Zoë"];
const column = { values, keys: null, starts: Uint32Array.from([0, 2, 3, 3, 5]), of: Uint32Array.from([2, 1, 0, 0, 2]) };
const likes = { values: ["5", "90", "7"], keys: Float64Array.from([5, 90, 7]), starts: column.starts, of: Uint32Array.from([0, 1, 2, 2, 0]) };
const model = {
  frequency: [], records: [], label: String, atlas: { columns: [{ name: "author", kind: "text" }, { name: "likes", kind: "number" }] },
  column: async ({ name }) => (name === "author" ? column : likes),
};

(async () => {
  const orders = ordersOf(model, null, null);
  const of = async (name, reversed) => [...(await ordered([0, 1, 2, 3], orders.find((each) => each.name === name), reversed))];
  // Image 0 is by Zoë and ada, 1 by Émile, 2 by nobody, 3 by Émile and Zoë.
  assert.deepEqual(await of("author", false), [0, 1, 3, 2]);
  assert.deepEqual(await of("author", true), [0, 3, 1, 2]);
  // Image 0 has 5 and 90 likes, 1 has 7, 3 has 7 and 5.
  assert.deepEqual(await of("likes", false), [0, 1, 3, 2]);
  assert.deepEqual(await of("likes", true), [0, 3, 1, 2]);
  assert.deepEqual(orders.filter(({ hasSeveral }) => hasSeveral).map(({ name }) => name), ["author", "likes"]);
  console.log(JSON.stringify("done"));
})();
