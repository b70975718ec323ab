import type { Wire } from "../api";

export type OrganisationRow = Wire<"OrganisationOut">;
export type UserRow = Wire<"UserOut">;
