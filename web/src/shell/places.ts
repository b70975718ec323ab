import type { Role } from "./session";

/** A place in the navigation: its address, and which roles find it useful. */
export interface Place {
  to: string;
  key: string;
  roles: Role[];
}

const EVERYBODY: Role[] = ["hospital", "curator", "reader", "licensee", "operator"];

export const places: Place[] = [
  { to: "/collect", key: "collect", roles: ["hospital", "curator", "operator"] },
  { to: "/consent", key: "consent", roles: ["hospital", "curator", "operator"] },
  { to: "/subjects", key: "subjects", roles: ["hospital", "curator", "operator"] },
  { to: "/select", key: "select", roles: ["curator", "hospital", "operator"] },
  { to: "/annotate", key: "annotate", roles: ["reader", "curator", "hospital", "operator"] },
  { to: "/preprocess", key: "preprocess", roles: ["curator", "hospital", "operator"] },
  { to: "/publish", key: "publish", roles: ["curator", "hospital", "operator"] },
  { to: "/ledger", key: "ledger", roles: ["hospital", "curator", "licensee", "operator"] },
  { to: "/market", key: "market", roles: ["licensee", "curator", "hospital", "operator"] },
  { to: "/market/orders", key: "orders", roles: ["licensee"] },
  { to: "/consent/workspaces", key: "workspaces", roles: ["licensee"] },
  { to: "/market/licences", key: "licences", roles: ["licensee", "curator", "operator"] },
  { to: "/market/statements", key: "statements", roles: ["hospital", "curator", "operator"] },
  { to: "/train", key: "train", roles: ["curator", "hospital", "operator"] },
  { to: "/synthesize", key: "synthesize", roles: ["curator", "hospital", "operator"] },
  { to: "/people", key: "people", roles: EVERYBODY },
  { to: "/server/jobs", key: "jobs", roles: ["operator", "curator"] },
  { to: "/server/audit", key: "audit", roles: ["operator", "hospital", "curator"] },
];

export const home: Record<Role, string> = {
  hospital: "/collect",
  curator: "/select",
  reader: "/annotate",
  licensee: "/market",
  operator: "/people",
};

export function placesOf(role: Role): Place[] {
  return places.filter((place) => place.roles.includes(role));
}
