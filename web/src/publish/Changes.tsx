import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { words } from "../parts/code";
import { Figure } from "../parts/Figure";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Tally } from "../parts/Tally";

interface Diff {
  step: string;
  added: number;
  removed: number;
  changed: number;
  moved: number;
  files: Record<string, number>;
}

/** What changed since the version before. */
export function Changes({ id, parent }: { id: string; parent: string | null }) {
  const { t } = useTranslation();
  return (
    <Loaded<Diff> path={`/publish/versions/${id}/diff/${parent}`}>
      {(diff) => (
        <>
          <Text size="sm" c="gray.8" mb="sm">
            {t(`publish.step.${diff.step}`, { defaultValue: words(diff.step) })}
          </Text>
          <Group gap="sm" mb="md">
            {(["added", "removed", "changed", "moved"] as const).map((name) => (
              <Figure key={name} label={t(`publish.diff.${name}`)} value={count(diff[name])} />
            ))}
          </Group>
          <Tally counts={diff.files} say={words} />
        </>
      )}
    </Loaded>
  );
}
