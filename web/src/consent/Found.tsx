import { useCode, useWords } from "../parts/code";
import { Facts } from "../parts/Facts";
import { count } from "../parts/format";
import { Tally } from "../parts/Tally";

/** What lineage shows of a subject, by folder. */
export function Found({ found }: { found: Record<string, Record<string, number>> }) {
  const said = useCode();
  const say = useWords();
  return (
    <Facts
      rows={Object.entries(found).map(([folder, counts]) => [
        said("shell.place", folder),
        Object.values(counts).some((n) => n > 0) ? (
          <Tally
            key={folder}
            counts={Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))}
            say={(code) => say("consent.thing", code)}
          />
        ) : (
          count(0)
        ),
      ])}
    />
  );
}
