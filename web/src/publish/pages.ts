export { Datasets } from "./Datasets";
export { Products } from "./Products";
export { Version } from "./Version";
export { Versions } from "./Versions";
