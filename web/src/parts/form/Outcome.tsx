import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useWords } from "../code";
import { Facts } from "../Facts";
import { count } from "../format";

interface Props {
  sentence: string;
  /** How many cases were left out, by reason. */
  left: Record<string, number>;
  /** The words of the reasons. */
  group: string;
  close: () => void;
}

/** What became of an act on many cases: how many it took, and why the others stayed out. */
export function Outcome({ sentence, left, group, close }: Props) {
  const { t } = useTranslation();
  const say = useWords();
  const reasons = Object.entries(left);
  return (
    <Stack gap="sm">
      <Text role="status">{sentence}</Text>
      {reasons.length > 0 && (
        <Facts
          rows={reasons.map(([code, n]) => [say(group, code), t("parts.cases_n", { n: count(n) })])}
        />
      )}
      <Group justify="flex-end">
        <Button size="xs" onClick={close}>
          {t("parts.close")}
        </Button>
      </Group>
    </Stack>
  );
}
