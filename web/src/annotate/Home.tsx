import { useMay } from "../shell/session";
import { ReaderHome } from "./ReaderHome";
import { Tasks } from "./Tasks";

/** Who draws sees the next case first; who hands out sees all tasks. */
export function Home() {
  return useMay("annotate.label") ? <ReaderHome /> : <Tasks />;
}
