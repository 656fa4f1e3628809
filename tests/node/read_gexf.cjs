// Reads a GEXF file with graphology-gexf, as Gephi Lite does, and prints the graph as JSON.
const { readFileSync } = require("node:fs");
const Graph = require("graphology");
const gexf = require("graphology-gexf");

const graph = gexf.parse(Graph, readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(graph.export()));
