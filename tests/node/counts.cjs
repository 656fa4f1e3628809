// How many images the filters count and choose, by the columns of files.
const { readFileSync } = require("node:fs");
const { Column, among, between, containing, dateScale, numberScale, readDate, readNumber, Refusal } = require(process.argv[2]);

const images = (condition) => condition.holds.reduce((sum, held) => sum + held, 0);

/** Of each bar its images, and those of the range that a drag over it leads to. */
function bars(column) {
  const { facts, keys } = column;
  const isDate = facts.kind === "date";
  const scale = isDate ? dateScale(keys) : numberScale(keys);
  const whole = keys.every((key) => Number.isNaN(key) || Number.isInteger(key));
  const bins = Int32Array.from(keys, (key) => (Number.isNaN(key) ? -1 : scale.bin(key)));
  const read = (text) => (isDate ? readDate(text) : readNumber(text, whole));
  return Array.from(column.binned(bins, scale.bins), (counted, bin) => {
    const [low, high] = [scale.low(bin), scale.high(bin)];
    const [first, last] = [read(low), read(high)];
    const refused = [first, last].find((each) => each instanceof Refusal);
    return { low, high, counted, chosen: refused ? refused.reason : images(between(column, first, last)) };
  });
}

async function counts({ facts, content }, texts) {
  const column = Column.read(facts, content);
  const each = Array.from(column.counts());
  const contained = [];
  for (const text of texts) contained.push(images(await containing(column, text)));
  return {
    values: Object.fromEntries(column.values.map((value, at) => [value, each[at]])),
    ticked: Object.fromEntries(column.values.map((value) => [value, images(among(column, [value]))])),
    without: images(among(column, [""])),
    contained,
    bars: column.keys ? bars(column) : [],
  };
}

const { columns, texts } = JSON.parse(readFileSync(0, "utf8"));
Promise.all(columns.map((column) => counts(column, texts))).then((all) => console.log(JSON.stringify(all)));
