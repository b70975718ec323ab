export { Agreements } from "./Agreements";
export { Approval, Approvals } from "./Approvals";
export { Consents } from "./Consents";
export { Preview } from "./Preview";
export { Recall } from "./Recall";
export { Recalls } from "./Recalls";
export { Workspace } from "./Workspace";
export { Workspaces } from "./Workspaces";
