import { Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode, words } from "../parts/code";
import { Facts } from "../parts/Facts";
import { count } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Loaded } from "../parts/Loaded";
import { Plot } from "../parts/Plot";
import { Section } from "../parts/Section";
import { Structure } from "../parts/Structure";
import { Tally } from "../parts/Tally";
import type { Check, VersionDetail } from "./rows";

/** Each check of the split: how much was compared, and what was found. */
function Audit({ checks }: { checks: Check[] }) {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Table fz="sm" verticalSpacing={5} maw={900} aria-label={t("publish.audit")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("publish.data.name")}</Table.Th>
          <Table.Th scope="col" ta="right">
            {t("publish.data.compared")}
          </Table.Th>
          <Table.Th scope="col">{t("publish.data.findings")}</Table.Th>
          <Table.Th scope="col">{t("publish.data.refuses")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {checks.map((check) => (
          <Table.Tr key={check.name}>
            <Table.Td>{said("publish.check", check.name)}</Table.Td>
            <Table.Td ta="right">{count(check.compared)}</Table.Td>
            <Table.Td>
              {check.findings.length ? check.findings.join(", ") : t("publish.no_finding")}
            </Table.Td>
            <Table.Td>{t(check.refuses ? "parts.yes" : "parts.no")}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** What was checked before the freeze, and the header that the version's id covers. */
export function Checks({ version }: { version: VersionDetail }) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      <Section title={t("publish.shares")}>
        <Facts
          rows={["train", "validation", "test"].map((side) => [
            t(`publish.side.${side}`),
            `${Math.round((version.shares[side] ?? 0) * 100)} %`,
          ])}
        />
      </Section>
      {version.audit && (
        <Section title={t("publish.audit")} about={t("publish.audit_about")}>
          <Audit checks={version.audit.checks ?? []} />
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

interface Box {
  name: string;
  cases: number;
  patients: number;
  excluded: Record<string, number>;
}

/** How cases came from received to this version; the boxes sum. */
export function FlowOf({ id }: { id: string }) {
  const { t } = useTranslation();
  const said = useCode();
  const say = (code: string) => {
    for (const group of ["publish.box", "publish.out"]) {
      const known = said(group, code);
      if (known !== code) return known;
    }
    return words(code);
  };
  return (
    <Loaded<{ boxes: Box[]; chart: object }> path={`/publish/versions/${id}/flow`}>
      {({ boxes, chart }) => (
        <Stack gap="md">
          <Plot spec={chart} caption={t("publish.flow_caption")} say={say} />
          <Table fz="sm" verticalSpacing={5} maw={900} aria-label={t("publish.flow_caption")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t("publish.data.box")}</Table.Th>
                <Table.Th scope="col" ta="right">
                  {t("publish.patients")}
                </Table.Th>
                <Table.Th scope="col" ta="right">
                  {t("publish.cases")}
                </Table.Th>
                <Table.Th scope="col">{t("publish.left_out")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
              {boxes.map((box) => (
                <Table.Tr key={box.name}>
                  <Table.Th scope="row">{say(box.name)}</Table.Th>
                  <Table.Td ta="right">{count(box.patients)}</Table.Td>
                  <Table.Td ta="right">{count(box.cases)}</Table.Td>
                  <Table.Td>
                    <Tally counts={box.excluded ?? {}} say={say} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </Loaded>
  );
}
