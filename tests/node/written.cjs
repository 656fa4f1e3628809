// Looks for words in many texts together, and in each by itself: what is found is the same.
const assert = require("node:assert");
const { fit, spaced, terms, Written } = require(process.argv[2]);

let seed = 7;
const any = (some) => some[(seed = (seed * 1103515245 + 12345) % 2147483648) % some.length];
const WORDS = [
  "bird", "Birds", "birdhouse", "songbird", "jpg", "café", "cafe\u0301", "CAFÉS", "12", "123", "3d", "日本", "鳥の", "Ødegård",
  "l'eau", "$5", "naïve\u0000bird", "ﬁsh", "fish", "fishes", "bus", "buses", "a\nb", "", "éa", "bird日", "bird\u0323",
];
const JOINTS = [" ", "_", "-", ".", "", "/", "日"];
const texts = Array.from({ length: 9000 }, () => any(WORDS) + any(JOINTS) + any(WORDS) + any(JOINTS) + any(WORDS));
const plain = Array.from({ length: 5000 }, (_, number) => `picture ${number} bird${number % 3 ? "" : "s"}.jpg`);

const QUERIES = ["bird", "birds", "bir*", "jpg", "12", "3d", "café", "cafes", "日", "日本", "“bird jpg”", "fish", "buses", "$", "picture", "a"];

(async () => {
  let found = 0;
  for (const some of [texts, plain, [], [""], ["bird"]]) {
    const written = new Written(some);
    for (const query of QUERIES) {
      const [term] = terms(query);
      const fits = await written.fits(term);
      for (const [at, text] of some.entries()) {
        const wanted = Math.min(fit(spaced(text), term), 2);
        assert.equal(Math.min(fits[at], 2), wanted, `${query} in ${JSON.stringify(text)}`);
        found += Number(wanted > 0);
      }
    }
  }
  console.log(JSON.stringify(found));
})();
