export { Builder } from "./Builder";
export { Plan, Plans } from "./Plans";
export { Run } from "./Run";
export { Runs } from "./Runs";
