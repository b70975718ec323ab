import type { Wire } from "../api";

export type AnchorRow = Wire<"AnchorOut">;
