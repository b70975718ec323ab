import { Navigate } from "@tanstack/react-router";
import { home } from "./places";
import { useMe } from "./session";

/** The platform's home is the first page of the role. */
export function Home() {
  const me = useMe();
  return me.data ? <Navigate to={home[me.data.role]} replace /> : null;
}
