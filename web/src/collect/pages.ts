export { Batch } from "./Batch";
export { Batches } from "./Batches";
export { Held } from "./Held";
export { Quarantine } from "./Quarantine";
