// Addresses are read as they were written, and nothing that is no address does harm.
const assert = require("node:assert/strict");
const { written, read, fitting, NOTHING } = require(process.argv[2]);

let state = 12345;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const below = (number) => Math.floor(random() * number);
const WORDS = [
  "owl", "a b", "50 %", "a:b", "x=1&y=2", "#", "+", "日本語", "é", "", "<img src=x onerror=alert(1)>",
  "javascript:alert(1)", "\u202egnp", "__proto__", "constructor", "1,2", "\u{1f98a}", "'\"", "%41", "\u0000",
];
const text = () => Array.from({ length: 1 + below(3) }, () => WORDS[below(WORDS.length)]).join("");
const filled = () => text() || "some";
const term = () => [filled(), ...Array.from({ length: below(4) }, text)];
const maybe = (made) => (random() < 0.5 ? made() : null);
const spot = () => ({ x: Math.round(random() * 1e4) / 8, y: -Math.round(random() * 1e4) / 8, span: 1 + below(900) / 4 });

let rounds = 0;
for (; rounds < 3000; rounds++) {
  const shown = Array.from({ length: below(3) }, () => ({ map: filled(), spot: maybe(spot), arranged: maybe(term) }));
  const steps = Array.from({ length: below(5) }, () => ({ mode: ["narrow", "add", "subtract"][below(3)], term: term() }));
  const address = { shown, used: shown.length === 2 ? below(2) : 0, colour: maybe(term), steps, panel: maybe(term), open: maybe(term) };
  const fragment = written(address);
  const { address: again, unknown } = read(`#${fragment}`);
  assert.deepEqual(unknown, [], fragment);
  again.shown.forEach(({ spot: found }, at) => {
    const wanted = shown[at].spot;
    assert.equal(found === null, wanted === null);
    if (!found) return;
    // A place is exact to about a thousandth of what is seen.
    for (const each of ["x", "y"]) assert.ok(Math.abs(found[each] - wanted[each]) <= wanted.span / 1000, fragment);
    assert.ok(Math.abs(found.span / wanted.span - 1) < 1e-3);
    found.x = wanted.x; found.y = wanted.y; found.span = wanted.span;
  });
  assert.deepEqual(again, address, fragment);
  assert.equal(new URL(`https://example.org/#${fragment}`).hash.slice(1), fragment); // no browser changes it
}

// What an address has room for is read again whole, however long the conditions are.
for (const [length, count] of [[10, 100], [3000, 9], [20_000, 3], [11_000, 2]]) {
  const steps = Array.from({ length: count }, (_, at) => ({ mode: "add", term: ["has", `${at}`, "x".repeat(length)] }));
  steps.splice(1, 0, { mode: "narrow", term: ["tag", "owl"] });
  const those = fitting(steps);
  assert.ok(those.some(({ term }) => term[0] === "tag") && those.length < steps.length);
  const { address, unknown } = read(written({ ...NOTHING, steps: those }));
  assert.deepEqual([address.steps, unknown], [those, []]);
}

for (const each of ["", "#"]) assert.deepEqual(read(each), { address: NOTHING, unknown: [] });
const left = [
  "at=1,2,3", "used", "v=2", "nonsense", "nonsense=1", "map=%E0%A4%A", "only=", "only=%", "open=:x", "panel=", "panel=%",
  "map=a&at=1,2", "map=a&at=1,2,0", "map=a&at=1,2,-3", "map=a&at=NaN,1,1", "map=a&at=1e999,1,1", "map=a&at=0x10,,1",
  "map=a&map=b&map=c", "colour", "constructor=1", "__proto__=1",
];
for (const each of left) assert.equal(read(each).unknown.length, 1, each);
assert.equal(read("only=a&".repeat(100)).address.steps.length, 24);
assert.deepEqual(read("x".repeat(1e6)).address, NOTHING);
for (let at = 0; at < 3000; at++) { // whatever is written there
  const noise = Array.from({ length: below(60) }, () => "map=&at:%,ué0only\u0000#v1"[below(24)]).join("");
  read(noise);
}
console.log(JSON.stringify({ rounds }));
