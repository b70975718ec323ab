export { Case } from "./Case";
export { Cases } from "./Cases";
export { Flow } from "./Flow";
export { Queue } from "./Queue";
export { Recipe, Recipes } from "./Recipes";
