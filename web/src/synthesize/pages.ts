export { Sets } from "./Sets";
export { SyntheticSet } from "./SyntheticSet";
