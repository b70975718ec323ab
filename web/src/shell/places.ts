import type { Role } from "./session";

/** A place in the navigation: its address, and which roles find it useful, the first being home. */
export interface Place {
  to: string;
  key: string;
  roles: Role[];
}

export const places: Place[] = [
  { to: "/collect", key: "collect", roles: ["hospital", "curator", "operator"] },
  { to: "/consent", key: "consent", roles: ["hospital", "operator"] },
  { to: "/subjects", key: "subjects", roles: ["hospital", "curator"] },
  { to: "/select", key: "select", roles: ["curator", "hospital"] },
  { to: "/annotate", key: "annotate", roles: ["reader", "curator"] },
  { to: "/preprocess", key: "preprocess", roles: ["curator"] },
  { to: "/publish", key: "publish", roles: ["curator", "hospital"] },
  { to: "/market", key: "market", roles: ["licensee", "curator", "operator"] },
  { to: "/market/licences", key: "licences", roles: ["licensee", "curator"] },
  { to: "/market/statements", key: "statements", roles: ["hospital", "operator"] },
  { to: "/train", key: "train", roles: ["curator"] },
  { to: "/synthesize", key: "synthesize", roles: ["curator"] },
  { to: "/ledger", key: "ledger", roles: ["operator", "hospital", "licensee", "curator"] },
  { to: "/people", key: "people", roles: ["operator"] },
  { to: "/server/jobs", key: "jobs", roles: ["operator", "curator"] },
  { to: "/server/audit", key: "audit", roles: ["operator"] },
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
