export { Invitations } from "./Invitations";
export { Organisation } from "./Organisation";
export { Organisations } from "./Organisations";
export { Tokens } from "./Tokens";
export { Users } from "./Users";
