import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Hash } from "../parts/Hash";
import { Loaded } from "../parts/Loaded";
import { Plot } from "../parts/Plot";
import { Section } from "../parts/Section";
import { Structure } from "../parts/Structure";
import type { VersionDetail } from "./rows";

/** What was checked before the freeze, and the header that the version's id covers. */
export function Checks({ version }: { version: VersionDetail }) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      <Section title={t("publish.shares")}>
        <Structure value={version.shares} group="publish.side" />
      </Section>
      {version.audit && (
        <Section title={t("publish.audit")} about={t("publish.audit_about")}>
          <Structure value={version.audit} group="publish.data" />
        </Section>
      )}
      {version.root && (
        <Section title={t("publish.root")}>
          <Text size="sm">
            <Hash value={version.root} keep={16} />
          </Text>
        </Section>
      )}
      {version.header && (
        <Section title={t("publish.header")} about={t("publish.header_about")}>
          <Structure value={version.header} group="publish.data" />
        </Section>
      )}
    </Stack>
  );
}

/** How cases came from received to this version; the boxes sum. */
export function FlowOf({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Loaded<{ boxes: Record<string, unknown>[]; chart: object }>
      path={`/publish/versions/${id}/flow`}
    >
      {({ boxes, chart }) => (
        <Stack gap="md">
          <Plot spec={chart} caption={t("publish.flow_caption")} />
          <Structure value={boxes} group="publish.data" />
        </Stack>
      )}
    </Loaded>
  );
}
