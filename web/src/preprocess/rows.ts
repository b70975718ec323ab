import type { Wire } from "../api";

export type PlanRow = Wire<"PlanOut">;
export type RunRow = Wire<"renkei__preprocess__server__schemas__RunOut">;
export type RunDetail = Wire<"RunDetailOut">;
