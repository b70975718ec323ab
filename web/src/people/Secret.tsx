import { Alert, Button, Code, CopyButton, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** A secret that is shown this once. */
export function Secret({ value }: { value: string }) {
  const { t } = useTranslation();
  return (
    <Alert color="orange.9" variant="outline" title={t("people.shown_once")}>
      <Group wrap="nowrap">
        <Code style={{ overflowWrap: "anywhere" }}>{value}</Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {t(copied ? "parts.copied" : "parts.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="xs" c="gray.7" mt={4}>
        {t("people.keep_it")}
      </Text>
    </Alert>
  );
}
