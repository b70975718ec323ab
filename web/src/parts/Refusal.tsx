import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api";
import { Hash } from "./Hash";

/** What was refused, in a sentence, with the id to quote; the rest of the page stays. */
export function Refusal({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, i18n } = useTranslation();
  const problem = error instanceof Problem ? error : null;
  const key = `parts.problem.${problem?.title ?? "unreachable"}`;
  const sentence = i18n.exists(key) ? t(key) : (problem?.detail ?? t("parts.problem.unreachable"));
  return (
    <Alert
      color="red.9"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("parts.refused")}
    >
      <Text size="sm">{sentence}</Text>
      <Group mt="xs" gap="sm">
        {retry && (
          <Button size="xs" variant="outline" onClick={retry}>
            {t("parts.again")}
          </Button>
        )}
        {problem?.traceId && (
          <Text size="xs" c="dimmed" component="span">
            {t("parts.trace")} <Hash value={problem.traceId} />
          </Text>
        )}
      </Group>
    </Alert>
  );
}
