// Reads a GraphML file with graphology-graphml and prints the graph as JSON.
const { readFileSync } = require("node:fs");
const Graph = require("graphology");
const graphml = require("graphology-graphml");

const graph = graphml.parse(Graph, readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(graph.export()));
