export { Model } from "./Model";
export { Models } from "./Models";
export { Runs } from "./Runs";
