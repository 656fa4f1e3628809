// Dates and numbers mean what people write, however they write it, or are refused with a reason.
const assert = require("node:assert/strict");
const { readDate, readNumber, Refusal } = require(process.argv[2]);

let checked = 0;
const means = (read, first, last, text) => {
  assert.ok(!(read instanceof Refusal), `${text}: ${read.reason}`);
  assert.equal(read.first, first, text);
  assert.ok(Math.abs(read.last - last) < 1, text);
  checked++;
};
const refused = (read, text) => {
  assert.ok(read instanceof Refusal && read.reason, text);
  checked++;
};
const two = (part) => String(part).padStart(2, "0");
const day = (...parts) => new Date(0).setUTCFullYear(...parts);

for (const year of [1, 99, 1582, 1900, 1999, 2000, 2016, 9999]) {
  const named = String(year).padStart(4, "0");
  means(readDate(named), day(year, 0, 1), day(year + 1, 0, 1), named);
  for (let month = 1; month <= 12; month++) {
    const [first, next] = [day(year, month - 1, 1), day(year, month, 1)];
    for (const text of [`${named}-${month}`, `${named}-${two(month)}`, `${named}/${month}`, `${month}.${named}`]) {
      means(readDate(text), first, next, text);
    }
    for (const date of [1, 13, 28]) {
      const at = day(year, month - 1, date);
      for (const text of [`${named}-${month}-${date}`, `${date}.${month}.${named}`, ` ${two(date)}. ${two(month)}. ${named}`]) {
        means(readDate(text), at, at + 86400000, text);
      }
      if (date > 12) means(readDate(`${date}/${month}/${named}`), at, at + 86400000, `${date}/${month}/${named}`);
      means(readDate(`${named}-${two(month)}-${two(date)}T07:05Z`), at + 25500000, at + 25560000, named);
    }
    refused(readDate(`${named}-${month}-32`), named);
  }
}
for (const text of ["", "1/3/2016", "2016-13", "2016-00", "2016-02-30", "31.4.2016", "March 2016", "16-03-01", "2016-03-01T24:00", "abc", "NaN"]) {
  refused(readDate(text), text);
}
means(readDate("3/3/2016"), day(2016, 2, 3), day(2016, 2, 4), "3/3/2016");

for (const number of [0, 7, 999, 1000, 12345, 1234567, 987654321]) {
  for (const [sign, factor] of [["", 1], ["-", -1], ["+", 1]]) {
    const english = number.toLocaleString("en");
    const texts = [number, english, english.replaceAll(",", " "), english.replaceAll(",", "\u202f"), english.replaceAll(",", "’"), `${english}.0`, `${number.toLocaleString("de")},0`];
    for (const text of texts) means(readNumber(`${sign}${text}`, true), factor * number, factor * number, `${sign}${text}`);
  }
}
for (const [text, number] of [["1,5", 1.5], [".5", 0.5], ["1.250", 1.25], ["1.000,5", 1000.5], ["1,000.5", 1000.5], ["1e3", 1000], ["\u22123", -3], ["１２", 12], ["1.234.567", 1234567]]) {
  means(readNumber(text, false), number, number, text);
}
for (const text of ["", "abc", "NaN", "Infinity", "1e999", "12 likes", "1,00,000", "1 2", "--1", ",", ".", "0x10", "1.000"]) refused(readNumber(text, true), text);
console.log(JSON.stringify(checked));
