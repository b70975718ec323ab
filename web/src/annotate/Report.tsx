import "./desk.css";
import { Alert, Button, Group, List, Stack, Table, Text, Textarea } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSend } from "../parts/Act";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { ReportDetail } from "./types";
import { useNamed } from "./words";

/** A reading report: both texts side by side, the measured facts beside, and what contradicts. */
export function Report() {
  const { id } = useParams({ strict: false }) as { id: string };
  return (
    <Loaded<ReportDetail> path={`/annotate/reports/${id}`}>
      {(report) => <Editor key={`${report.id}/${report.revision}`} report={report} />}
    </Loaded>
  );
}

function Editor({ report }: { report: ReportDetail }) {
  const { t } = useTranslation();
  const may = useMay("annotate.report") && report.state === "draft";
  const [ja, setJa] = useState(report.text_ja);
  const [en, setEn] = useState(report.text_en);
  const [override, setOverride] = useState("");
  const changed = ja !== report.text_ja || en !== report.text_en;
  const path = `/annotate/reports/${report.id}`;
  const save = useSend<ReportDetail>(path, undefined, "PUT");
  const sign = useSend<ReportDetail>(`${path}/sign`);
  const wrong = report.problems.length > 0;
  const side = (language: "ja" | "en", text: string, set: (text: string) => void) => (
    <Textarea
      lang={language}
      label={t(`annotate.report.text_${language}`)}
      value={text}
      readOnly={!may}
      autosize
      minRows={16}
      styles={{ input: { lineHeight: language === "ja" ? 1.8 : 1.6, fontSize: 14 } }}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
  return (
    <Screen
      title={
        <Group gap="sm">
          {t("annotate.report.title")}
          <State value={report.state} />
        </Group>
      }
      about={t("annotate.report.about")}
      actions={
        may && (
          <Button
            size="xs"
            variant="default"
            disabled={!changed}
            loading={save.isPending}
            onClick={() => save.mutate({ revision: report.revision, text_ja: ja, text_en: en })}
          >
            {t("annotate.report.save")}
          </Button>
        )
      }
    >
      {save.error && <Refusal error={save.error} />}
      <div className="desk" style={{ gridTemplateColumns: "minmax(0,1fr) minmax(0,1fr) 320px" }}>
        {side("ja", ja, setJa)}
        {side("en", en, setEn)}
        <FactsBeside report={report} />
      </div>
      <Section title={t("annotate.report.check")} about={t("annotate.report.check_about")}>
        {wrong ? (
          <Alert
            color="orange.9"
            variant="outline"
            title={t("annotate.report.wrong", { n: report.problems.length })}
          >
            <List size="sm">
              {report.problems.map((one) => (
                <List.Item key={`${one.language}${one.code}${one.key}${one.words}`}>
                  [{t(`annotate.report.${one.language}`)}]{" "}
                  {t(`annotate.problem.${one.code}`, { defaultValue: one.code })}{" "}
                  {one.words && `「${one.words}」`}
                </List.Item>
              ))}
            </List>
          </Alert>
        ) : (
          <Alert color="teal.9" variant="outline" py="xs">
            <Text size="sm">{t("annotate.report.fits")}</Text>
          </Alert>
        )}
      </Section>
      <Section title={t("annotate.report.sign")} about={t("annotate.report.sign_about")}>
        {report.state === "signed" ? (
          <Facts
            rows={[
              [t("annotate.column.signed"), moment(report.signed_at)],
              [t("annotate.sign.hash"), <Hash key="h" value={report.sha256} keep={16} />],
              ...(report.override
                ? ([[t("annotate.report.override"), report.override]] as [string, string][])
                : []),
            ]}
          />
        ) : (
          <Stack gap="sm" maw={760}>
            {wrong && may && (
              <Textarea
                size="xs"
                label={t("annotate.report.override")}
                value={override}
                onChange={(event) => setOverride(event.currentTarget.value)}
              />
            )}
            {sign.error && <Refusal error={sign.error} />}
            <Button
              size="xs"
              w="fit-content"
              disabled={!may || changed || (wrong && !override.trim())}
              loading={sign.isPending}
              onClick={() =>
                sign.mutate({ revision: report.revision, override: override.trim() || null })
              }
            >
              {t("annotate.report.sign")}
            </Button>
            {changed && (
              <Text size="xs" c="gray.7">
                {t("annotate.report.save_first")}
              </Text>
            )}
          </Stack>
        )}
      </Section>
    </Screen>
  );
}

function FactsBeside({ report }: { report: ReportDetail }) {
  const { t, i18n } = useTranslation();
  const named = useNamed();
  const { organs, lesions, regions, absent } = report.facts;
  const rows: [string, string][] = [
    ...lesions.map((one): [string, string] => [
      `${named(one)} ${one.number}${organOf(one, i18n.language)}`,
      `${one.long_mm} × ${one.short_mm} mm · ${one.volume_ml} mL · ${t("parts.viewer.slice")} ${one.slice}`,
    ]),
    ...regions.map((one): [string, string] => [
      named(one),
      `${one.count} · ${one.area_mm2 ?? "—"} mm²`,
    ]),
    ...organs.map((one): [string, string] => [named(one), `${one.volume_ml} mL`]),
  ];
  return (
    <section className="panel" aria-label={t("annotate.report.facts")}>
      <Text size="sm" fw={650} px={12} pt={8}>
        {t("annotate.report.facts")}
      </Text>
      <Table fz="sm" verticalSpacing={5} style={{ fontVariantNumeric: "tabular-nums" }}>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={130}>
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th scope="row">{t("annotate.said.absent")}</Table.Th>
            <Table.Td>{absent.join(", ") || "—"}</Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Th scope="row">{t("annotate.sign.hash")}</Table.Th>
            <Table.Td>
              <Hash value={report.facts.labels} />
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </section>
  );
}

function organOf(
  lesion: { organ_ja: string | null; organ_en: string | null },
  language: string,
): string {
  const organ = language === "ja" ? lesion.organ_ja : lesion.organ_en;
  return organ ? ` (${organ})` : "";
}
