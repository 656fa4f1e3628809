// Tiles of a part of the map are those of which a block reaches into it; where blocks are of images that are not read.
const assert = require("node:assert/strict");
const { Tiles } = require(process.argv[2]);

let state = 4711;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const below = (number) => Math.floor(random() * number);

/** As the renderer packs them, in whole steps. */
function packed(boxes) {
  const bytes = new Uint8Array(16 * boxes.length);
  for (let part = 0; part < 4; part++) {
    let before = 0;
    boxes.forEach((box, row) => {
      const step = part < 2 ? box[part] - before : box[part];
      before = box[part];
      const number = part < 2 ? (step << 1) ^ (step >> 31) : step;
      for (let byte = 0; byte < 4; byte++) bytes[(4 * part + byte) * boxes.length + row] = (number >>> (8 * byte)) & 255;
    });
  }
  return { quantum: 1, planes: Buffer.from(bytes).toString("base64") };
}

const tilesOf = (blocks, inTile, block, side = 1) =>
  new Tiles({ images: block * blocks.length, tile: inTile, block, blocks: packed(blocks), sides: [side, side] }, async () => packed([]));

let looked = 0;
for (let round = 0; round < 300; round++) {
  const count = 1 + below(30);
  const blocks = Array.from({ length: count }, () => [below(200) - 100, below(200) - 100, 2 * below(random() < 0.1 ? 100 : 10), 2 * below(10)]);
  const inTile = 4 * (1 + below(5));
  const tiles = tilesOf(blocks, inTile, 4);
  for (let look = 0; look < 10; look++) {
    const [left, bottom] = [below(220) - 110, below(220) - 110];
    const part = [left, bottom, left + below(30), bottom + below(30)];
    const reaching = blocks.flatMap(([x, y, wide, high], at) =>
      x + wide / 2 >= part[0] && x - wide / 2 <= part[2] && y + high / 2 >= part[1] && y - high / 2 <= part[3] ? [at] : [],
    );
    const wanted = [...new Set(reaching.map((at) => Math.floor((4 * at) / inTile)))];
    assert.deepEqual(tiles.tilesIn(part), wanted);
    const found = [];
    for (const tile of wanted) tiles.blocksIn(tile, part, (at) => found.push(at));
    assert.deepEqual(found, reaching);
    assert.equal(tiles.imagesIn(part), 4 * reaching.length);
    assert.equal(tiles.areIn(part), reaching.length > 0);
    looked++;
  }
}

// A block of two places has its first images where the one before it is; scattered ones are about where they are.
const narrow = (x) => [x, 0, 2, 2];
const wide = (x) => [x, 0, 500, 500];
const tiles = tilesOf([narrow(0), narrow(10), wide(400), narrow(800), narrow(810), wide(-300), wide(-600), wide(-900)], 4, 4);
const across = (block) => tiles.centre(4 * block)[0];
assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map(across), [0, 10, 10, 800, 810, -300, -600, -900]);
console.log(JSON.stringify(looked));
