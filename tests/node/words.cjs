// Words of drawings are large enough to be read, and within the window as long as what they are about is.
const assert = require("node:assert/strict");
const { shownWords } = require(process.argv[2]);

const onScreen = ({ x, y, width, height, from }, { factor, by }, view) => {
  const [left, top] = [[x, 0], [y, 1]].map(([at, axis]) => from[axis] + (at - from[axis]) * factor + by[axis]);
  return [
    (left - view.x) * view.scale + view.width / 2, (top + view.y) * view.scale + view.height / 2,
    (left + width * factor - view.x) * view.scale + view.width / 2, (top + height * factor + view.y) * view.scale + view.height / 2,
  ];
};
const telephone = { x: 0, y: 0, scale: 4, width: 390, height: 480, above: 60 };
for (const [beginX, beginY] of [[-48, 0], [48, 0], [0, -44], [47, 58]]) {
  for (const wide of [5, 20, 60, 90]) {
    const words = { x: beginX - wide / 2, y: beginY - 4, width: wide, height: 4, from: [beginX, beginY], size: 3 };
    const shown = shownWords(words, telephone);
    const [left, top, right, bottom] = onScreen(words, shown, telephone);
    assert.ok(shown.factor >= 1 && left >= 0 && right <= 390.001 && top >= 60 && bottom <= 480, `${beginX} ${wide}: ${[left, top, right, bottom]}`);
  }
}
// What they are about is out of view, or they are larger than the window: they stay where they are.
const away = { x: 80, y: 0, width: 30, height: 4, from: [90, 2], size: 3 };
assert.deepEqual(shownWords(away, telephone).by, [0, 0]);
const large = { x: -80, y: -2, width: 160, height: 4, from: [0, 0], size: 4 };
assert.deepEqual(shownWords(large, telephone), { factor: 1, by: [0, 0] });
// Where there is room they are where they were drawn.
const small = { x: -5, y: -2, width: 10, height: 4, from: [0, 0], size: 4 };
assert.deepEqual(shownWords(small, { ...telephone, width: 1200, height: 800 }).by, [0, 0]);
console.log(JSON.stringify("done"));
