export { Batch } from "./Batch";
export { Batches } from "./Batches";
export { Quarantine } from "./Quarantine";
