export { Attempt } from "./Attempt";
export { Compare } from "./Compare";
export { HandOut } from "./HandOut";
export { Home } from "./Home";
export { Report } from "./Report";
export { Reports } from "./Reports";
export { Task } from "./Task";
