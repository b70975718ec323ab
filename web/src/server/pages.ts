export { Audit } from "./Audit";
export { Jobs } from "./Jobs";
