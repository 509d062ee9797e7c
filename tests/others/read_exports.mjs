// Reads a Mermaid text with Mermaid's own parser, or Cytoscape's JSON with Cytoscape, and prints nodes and links as JSON:
//     node read_exports.mjs x.mmd
import fs from "node:fs";

import cytoscape from "cytoscape";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");

// A label as a page shows it. Mermaid keeps `#name;` in a spelling of its own until it draws.
function shown(label) {
  const text = label.replaceAll("ﬂ°°", "&#").replaceAll("ﬂ°", "&").replaceAll("¶ß", ";");
  return new JSDOM(`<p>${text}</p>`).window.document.querySelector("p").textContent;
}

async function ofMermaid(text) {
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const names = new Map([...db.getVertices()].map(([id, vertex]) => [id, shown(vertex.text)]));
  const links = db.getEdges().map((edge) => [names.get(edge.start), names.get(edge.end), { relation: edge.text }]);
  return { nodes: [...names.values()].map((name) => [name, {}]), links };
}

function ofCytoscape(text) {
  const cy = cytoscape({ headless: true, elements: JSON.parse(text).elements });
  const links = cy.edges().map((edge) => [edge.source().id(), edge.target().id(), edge.data()]);
  return { nodes: cy.nodes().map((node) => [node.id(), node.data()]), links };
}

const path = process.argv[2];
const text = fs.readFileSync(path, "utf8");
console.log(JSON.stringify(path.endsWith(".mmd") ? await ofMermaid(text) : ofCytoscape(text)));
