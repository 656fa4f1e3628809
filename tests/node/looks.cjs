// Arrangements give each image one place, classes hold each value once, and both are quick.
const assert = require("node:assert/strict");
const { timeline, scatter, wall, byText, byNumber, unitFor, unitOf, numberScale, dateScale, roundNumbers, HUES } = require(process.argv[2]);

let state = 7;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const boxesOf = (count) => {
  const boxes = new Float32Array(4 * count);
  for (let row = 0; row < count; row++) {
    if (row % 11 !== 10) boxes.set([random() * 50, random() * 30, 0.5 + random(), 0.5 + random()], 4 * row);
  }
  return boxes;
};
const on = (boxes, row) => boxes[4 * row + 2] > 0;

/** Images keep their shape, lie within the bounds, and, where that is asked, apart from each other. */
function checkPlaces(before, { boxes, bounds }, wanted, apart) {
  const seen = [];
  for (let row = 0; row < before.length / 4; row++) {
    assert.equal(on(boxes, row), on(before, row) && wanted(row));
    if (!on(boxes, row)) continue;
    const [x, y, width, height] = boxes.subarray(4 * row, 4 * row + 4);
    assert.ok(Math.abs(width / height / (before[4 * row + 2] / before[4 * row + 3]) - 1) < 1e-4);
    assert.ok(x - width / 2 >= bounds[0] - 1e-3 && x + width / 2 <= bounds[2] + 1e-3, `${x} ${bounds}`);
    assert.ok(y - height / 2 >= bounds[1] - 1e-3 && y + height / 2 <= bounds[3] + 1e-3, `${y} ${bounds}`);
    seen.push([x, y, width, height]);
  }
  if (!apart) return;
  seen.forEach(([x, y, width, height], at) => {
    for (const [x2, y2, width2, height2] of seen.slice(at + 1)) {
      assert.ok(Math.abs(x - x2) >= (width + width2) / 2 - 1e-3 || Math.abs(y - y2) >= (height + height2) / 2 - 1e-3);
    }
  });
}

for (const count of [0, 1, 2, 3, 17, 400]) {
  const before = boxesOf(count);
  const days = Float64Array.from({ length: count }, (_, row) => (row % 7 === 3 ? NaN : 864e5 * (10000 + Math.floor(random() ** 3 * 4000))));
  const likes = Float64Array.from({ length: count }, () => 1 + Math.floor(random() ** 8 * 50000));
  const time = timeline(before, days, "day");
  checkPlaces(before, time, (row) => Number.isFinite(days[row]), true);
  const order = [...days.keys()].filter((row) => on(time.boxes, row)).sort((one, other) => days[one] - days[other]);
  const unit = unitOf(days.filter((_, row) => on(time.boxes, row)), 60);
  order.slice(1).forEach((row, at) => {
    if (unit.at(days[row]) > unit.at(days[order[at]])) assert.ok(time.boxes[4 * row] > time.boxes[4 * order[at]]);
  });
  assert.ok(time.across.ticks(time.bounds[0], time.bounds[2], 8).length <= 9);
  const plot = scatter(before, { title: "day", values: days, isDate: true }, { title: "likes", values: likes, isDate: false });
  checkPlaces(before, plot, (row) => Number.isFinite(days[row]), false);
  for (let row = 0; row < count; row++) {
    for (let other = 0; other < count; other++) {
      if (on(plot.boxes, row) && on(plot.boxes, other) && likes[row] > likes[other]) assert.ok(plot.boxes[4 * row + 1] >= plot.boxes[4 * other + 1]);
    }
  }
  for (const axis of [plot.across, plot.up]) {
    for (const most of [1, 5, 12]) assert.ok(axis.ticks(-1, 1e4, most).length <= most + 2);
  }
  const grid = wall(before);
  checkPlaces(before, grid, () => true, true);
}

// Those at the left of the map are at the left of the wall.
const big = boxesOf(200000);
let begun = process.cpuUsage();
const grid = wall(big);
const seconds = {};
const spent = () => { const { user, system } = process.cpuUsage(begun); begun = process.cpuUsage(); return (user + system) / 1e6; };
seconds.wall = spent();
timeline(big, Float64Array.from({ length: 200000 }, () => 864e5 * Math.floor(15000 + random() * 9000)), "day");
seconds.timeline = spent();
const sums = [0, 0, 0, 0];
for (let row = 0; row < 200000; row++) {
  if (!on(big, row)) continue;
  const right = big[4 * row] > 25 ? 2 : 0;
  sums[right] += grid.boxes[4 * row];
  sums[right + 1]++;
}
assert.ok(sums[2] / sums[3] > 1.6 * (sums[0] / sums[1]));

// Nearest images on the map are nearer on the wall than where map and wall are only halved together.
const crowds = new Float32Array(4 * 600);
for (let row = 0; row < 600; row++) crowds.set([(row % 5) * 9 + random() + random(), (row % 3) * 7 + random() + random(), 1, 1], 4 * row);
const from = (places, row) => [...crowds.keys()].filter((at) => at % 4 === 0 && at !== 4 * row)
  .map((at) => [Math.hypot(places[at] - places[4 * row], places[at + 1] - places[4 * row + 1]), at]);
const nearest = Array.from({ length: 600 }, (_, row) => from(crowds, row).sort(([one], [other]) => one - other).slice(0, 10).map(([, at]) => at));
const apart = (places) => nearest.flatMap((all, row) => all.map((at) => Math.log(1 + (places[at] - places[4 * row]) ** 2 + (places[at + 1] - places[4 * row + 1]) ** 2)))
  .reduce((sum, each) => sum + each, 0);
const swapped = wall(crowds).boxes;
assert.deepEqual(wall(crowds).boxes, swapped);
const shorter = apart(swapped) / apart(wall(crowds, 0).boxes);
assert.ok(shorter < 0.98, String(shorter));

const day = (year, month = 1, date = 1) => new Date(0).setUTCFullYear(year, month - 1, date);
for (const [from, to] of [
  [day(1850), day(2020)], [day(2016), day(2016, 12)], [day(2016, 2, 27), day(2016, 3, 2)], [day(-44, 3, 15), day(2000)],
  [day(2016, 2, 27), day(2016, 2, 27) + 5e6], [day(2016), day(2016, 2, 9)],
]) {
  const unit = unitFor(from, to, 8);
  const names = new Set();
  for (let each = unit.at(from); each <= unit.at(to); each++) {
    assert.equal(unit.at(unit.start(each)), each);
    assert.equal(unit.at(unit.start(each + 1) - 1), each);
    names.add(unit.name(each));
  }
  assert.equal(names.size, unit.at(to) - unit.at(from) + 1);
}
// One way to cut dates into bins, for histograms, timelines and classes: what their dates tell, and not finer.
const named = (dates, most) => unitOf(Float64Array.from(dates), most).each;
assert.equal(named([day(2016), day(2016, 1, 3)], 48), "day");
assert.equal(named([day(2016, 1), day(2016, 3)], 48), "month");
assert.equal(named([day(2016), day(2020), NaN], 48), "year");
assert.equal(named([day(2016) + 1000, day(2016) + 9e5], 48), "minute");
assert.equal(named([day(2016) + 1000, day(2016, 1, 3)], 60), "hour");
assert.equal(named([day(2016), day(2016, 6, 2)], 48), "week");
const bins = dateScale(Float64Array.from([day(2016, 2, 3), day(2017, 5, 2), NaN]));
assert.deepEqual([bins.each, bins.low(0), bins.high(0), bins.bin(day(2016, 3, 1))], ["month", "2016-02", "2016-02", 1]);
const hours = dateScale(Float64Array.from([day(2016, 2, 3) + 60_000, day(2016, 2, 4)]));
assert.deepEqual([hours.low(0), hours.high(0)], ["2016-02-03 00:00", "2016-02-03 00:59"]); // and not its first minute alone

assert.deepEqual(roundNumbers(0.3, 7.2, 4), [2, 4, 6]);
assert.deepEqual(roundNumbers(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);

const texts = byText(["", ...Array.from({ length: 15 }, (_, at) => `v${at}`)], Array.from({ length: 1000 }, (_, row) => (row % 17) - 1));
assert.equal(texts.classes.length, HUES.length + 1);
assert.match(texts.classes.at(-1).label, /^5 other/);
const ramps = {};
for (const [name, make] of Object.entries({
  even: () => random() * 100, whole: () => Math.floor(random() * 6), skewed: () => Math.floor(1 / random() ** 2), zeros: () => Math.max(0, Math.floor(random() * 40) - 35),
  one: () => 5, negative: () => -random(), close: () => 123456100 + Math.floor(random() * 60), large: () => 1e12 + random(),
})) {
  const values = Float64Array.from({ length: 2000 }, (_, row) => (row % 9 ? make() : NaN));
  const { classes, of } = byNumber(values, false);
  assert.ok(classes.length >= 1 && classes.length <= 9, name);
  assert.equal(new Set(classes.map(({ label }) => label)).size, classes.length, name);
  const rows = [...values.keys()].filter((row) => Number.isFinite(values[row])).sort((one, other) => values[one] - values[other]);
  rows.slice(1).forEach((row, at) => assert.ok(of[row] >= of[rows[at]], name));
  for (let row = 0; row < 2000; row++) assert.equal(of[row] < 0, !Number.isFinite(values[row]), name);
  const counts = classes.map((_, at) => of.filter((each) => each === at).length);
  if (name !== "one") assert.ok(Math.max(...counts) < 1800 * 0.95, name);
  ramps[name] = classes.map(({ colour }) => colour);
}
console.log(JSON.stringify({ hues: HUES, ramps, seconds }));
