export { Batch } from "./Batch";
export { Batches } from "./Batches";
export { Columns } from "./Columns";
export { Held } from "./Held";
export { Quarantine } from "./Quarantine";
export { Tables } from "./Tables";
