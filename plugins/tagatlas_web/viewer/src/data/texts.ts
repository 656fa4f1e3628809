/** Texts as they are compared. */

/** Letters that Unicode does not take apart, though readers do. */
const APART: Record<string, string> = { æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ς: "σ" };
const TOGETHER = new RegExp(`[${Object.keys(APART).join("")}]`, "g");

/** Accents and points: marks that any script may use, and those of Hebrew, but for kana's. */
const ACCENTS = /(?![\u3099\u309a])[\p{Script=Inherited}\u0591-\u05c7]/gu;

const PLAIN = /^[\x00-\x7f]*$/;

/** A text without case and accents. */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  const bare = text.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
  return bare.toUpperCase().toLowerCase().replace(TOGETHER, (letter) => APART[letter]!);
}
