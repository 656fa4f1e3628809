// Lays a network out with graphology-layout-forceatlas2.
//
// Usage: node layout.js NETWORK PLACED
//
// NETWORK is JSON: iterations, settings, positions (x, y, x, y, ...), sources, targets, weights.
// Writes the positions to PLACED in the same form, and prints the seconds that the layout alone
// took: processor time of its thread where the system tells it, else time by the clock.

import { readFileSync, writeFileSync } from "node:fs";
import graphology from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";

function seconds() {
  try {
    const nanoseconds = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "ascii");
    return Number(nanoseconds.split(" ")[0]) / 1e9;
  } catch {
    return performance.now() / 1e3;
  }
}

function graphOf({ positions, sources, targets, weights }) {
  const graph = new graphology.UndirectedGraph();
  for (let node = 0; node < positions.length / 2; node++)
    graph.addNode(node, { x: positions[2 * node], y: positions[2 * node + 1] });
  for (let edge = 0; edge < sources.length; edge++)
    graph.addEdge(sources[edge], targets[edge], { weight: weights[edge] });
  return graph;
}

const [networkPath, placedPath] = process.argv.slice(2);
const network = JSON.parse(readFileSync(networkPath, "utf8"));
const { iterations, settings } = network;
const graph = graphOf(network);
// The engine compiles a function once it has run for a while.
forceAtlas2(graphOf(network), { iterations: 2, settings });
const began = seconds();
const placed = forceAtlas2(graph, { iterations, settings });
const took = seconds() - began;
const positions = graph.mapNodes((node) => [placed[node].x, placed[node].y]).flat();
writeFileSync(placedPath, JSON.stringify(positions));
console.log(JSON.stringify(took));
