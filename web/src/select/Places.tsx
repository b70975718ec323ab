import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import type { Place } from "./rows";

/** The places of a fault; each leads the viewer there. */
export function Places({ of, go }: { of: readonly Place[]; go: (place: Place) => void }) {
  const { t } = useTranslation();
  const said = useCode();
  const say = useWords();
  const name = (code: string) => {
    const known = said("select.place", code);
    return known === code ? say("select.reason", code) : known;
  };
  return (
    <Group gap={4} mt={3}>
      {of.map((place, at) => (
        <Button
          // biome-ignore lint/suspicious/noArrayIndexKey: two places may be alike in all they say
          key={at}
          size="compact-xs"
          variant="default"
          // A new object each time: the same place again leads there again.
          onClick={() => go({ ...place })}
        >
          {name(place.code)}
          {place.slice !== null &&
            place.slice !== undefined &&
            ` · ${t("select.slice_n", { n: place.slice + 1 })}`}
        </Button>
      ))}
    </Group>
  );
}
