/** What backends are called where several are the same tagger with different settings. */

/**
 * The name of a backend that says which settings it had, where a tagger was used with several.
 *
 * @param backends the names of all: a tagger's latest settings are called as it is, earlier ones by
 *   their number as well, as in `imagenet:1`.
 */
export function backendInWords(name: string, backends: readonly string[]): string {
  const isEarlier = (each: string, tagger: string) => each.startsWith(`${tagger}:`) && /^\d+$/.test(each.slice(tagger.length + 1));
  if (backends.some((each) => isEarlier(each, name))) return `${name} (latest settings)`;
  const tagger = name.slice(0, name.lastIndexOf(":"));
  return backends.includes(tagger) && isEarlier(name, tagger) ? `${name} (earlier settings)` : name;
}
