/** What clusters are called: the names that annotations give, and their plain ones. */

/** An annotation of the kind `name`. */
export interface ClusterName {
  kind: "name";
  level: "cluster" | "subcluster";
  number: number;
  name: string;
}

export function isClusterName(content: unknown): content is ClusterName {
  return typeof content === "object" && content !== null && "kind" in content && content.kind === "name";
}

/**
 * The names of the rows of a table, each different: of the names that are given for one row the
 * last counts, and names that nobody gave give way to those that somebody did.
 *
 * @param taken names that none may have.
 */
export function namesIn(
  table: readonly { name: string }[],
  given: readonly ClusterName[],
  level: ClusterName["level"],
  taken: ReadonlySet<string>,
): string[] {
  const chosen = new Map<number, string>();
  for (const { level: of, number, name } of given) {
    if (of === level && number < table.length) chosen.set(number, name);
  }
  const used = new Set(taken);
  const names: string[] = [];
  const plain = table.map(({ name }, row): [number, string] => [row, name]);
  for (const [row, name] of [...[...chosen].sort(([one], [other]) => one - other), ...plain]) {
    if (names[row] !== undefined) continue;
    names[row] = untaken(name, used);
    used.add(names[row]);
  }
  return names;
}

/** The name, with a number behind it if it is taken. */
function untaken(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
  return free;
}
