export { Anchor } from "./Anchor";
export { Anchors } from "./Anchors";
export { Trust } from "./Trust";
