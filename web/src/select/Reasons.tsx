import { Badge, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import { partsOf } from "./rows";

/** A reason in words, with the metric that it came from. */
export function useReason(): (key: string) => string {
  const { t } = useTranslation();
  const said = useCode();
  const say = useWords();
  return (key) => {
    const { metric, code } = partsOf(key);
    const sentence = say("select.reason", code);
    return metric
      ? t("select.metric_reason", { metric: said("select.metric", metric), sentence })
      : sentence;
  };
}

export function Reasons({ keys }: { keys: string[] }) {
  const say = useReason();
  if (keys.length === 0) return <>—</>;
  return (
    <Group gap={4}>
      {keys.map((key) => (
        <Badge
          key={key}
          miw="max-content"
          variant="outline"
          color="gray.8"
          radius="sm"
          tt="none"
          fw={500}
        >
          {say(key)}
        </Badge>
      ))}
    </Group>
  );
}
