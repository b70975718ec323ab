import { Anchor, Code, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import { Facts } from "../parts/Facts";
import { count, moment } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { Found } from "./Found";
import type { RecallDetail } from "./rows";

/** One recall: what was found, what each folder did, who is still at work, the certificate. */
export function Recall() {
  const { t } = useTranslation();
  const said = useCode();
  const say = useWords();
  return (
    <Loaded<RecallDetail> path={`/consent/recalls/${useId()}`}>
      {(recall) => (
        <Screen
          title={said("consent.recall_kind", recall.kind)}
          about={recall.reason}
          actions={<State value={recall.state} />}
        >
          <Facts
            rows={[
              [
                t("consent.subject"),
                <Anchor
                  key="subject"
                  component={Link}
                  to={`/subjects/${recall.subject_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {t("consent.open_subject")}
                </Anchor>,
              ],
              [t("consent.hospital"), <Name key="site" id={recall.site_id} />],
              [t("consent.asked"), moment(recall.created_at)],
              [t("consent.certified"), moment(recall.certified_at)],
              [
                t("consent.still_at_work"),
                recall.waiting
                  .map((folder) => said("shell.place", folder))
                  .join(t("consent.comma")) || t("consent.nobody"),
              ],
            ]}
          />
          <Section title={t("consent.effects")} about={t("consent.effects_about")}>
            <Table fz="sm" maw={760} verticalSpacing={5} aria-label={t("consent.effects")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("consent.folder")}</Table.Th>
                  <Table.Th scope="col">{t("consent.what")}</Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t("consent.count")}
                  </Table.Th>
                  <Table.Th scope="col">{t("consent.result_label")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {recall.effects.map((effect) => (
                  <Table.Tr key={`${effect.folder}.${effect.what}`}>
                    <Table.Td>{said("shell.place", effect.folder)}</Table.Td>
                    <Table.Td>{say("consent.effect", effect.what)}</Table.Td>
                    <Table.Td ta="right">{count(effect.count)}</Table.Td>
                    <Table.Td title={effect.source}>
                      {t(`consent.result.${effect.result}`)} ({effect.rule})
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Section>
          <Section title={t("consent.found")} about={t("consent.found_about")}>
            <Found found={recall.preview} />
          </Section>
          <Section title={t("consent.certificate")}>
            {recall.certificate ? (
              <Code block tabIndex={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {recall.certificate}
              </Code>
            ) : (
              <Text c="gray.7" size="sm">
                {t("consent.no_certificate")}
              </Text>
            )}
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
