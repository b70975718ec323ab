/** A code of the Data Use Ontology as ontologies write it. */
export function duoCode(number: number): string {
  return `DUO:${String(number).padStart(7, "0")}`;
}
