import { Button, Group, Select, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSend } from "../parts/Act";
import { Hash } from "../parts/Hash";
import { Refusal } from "../parts/Refusal";
import type { LesionFact, ReportDetail } from "./types";
import { useNamed } from "./words";

const LEVELS = ["5", "4", "3", "2", "1"];
const ADVICE = [
  "",
  "none",
  "compare",
  "follow_3_months",
  "follow_6_months",
  "contrast",
  "biopsy",
  "soon",
];

/** The measured facts; how sure each lesion is and what to do are the reader's to say. */
export function ReportFacts({ report, open }: { report: ReportDetail; open: boolean }) {
  const { t } = useTranslation();
  const named = useNamed();
  const { organs, lesions, regions, absent } = report.facts;
  const [certainty, setCertainty] = useState(report.certainty);
  const [advice, setAdvice] = useState(report.recommendation);
  const assess = useSend<ReportDetail>(
    `/annotate/reports/${report.id}/assessment`,
    undefined,
    "PUT",
  );
  const changed = advice !== report.recommendation || certainty !== report.certainty;
  return (
    <section className="panel" aria-label={t("annotate.report.facts")}>
      <Text size="sm" fw={650} px={12} pt={8}>
        {t("annotate.report.facts")}
      </Text>
      <Stack gap="sm" p={12}>
        {lesions.map((one, n) => (
          <Lesion
            key={`${one.key}/${one.number}`}
            lesion={one}
            picture={report.facts.modality === "SM" ? null : figure(report.id, n + 1)}
            level={String(certainty[`${one.key}/${one.number}`] ?? one.certainty)}
            open={open}
            choose={(level) =>
              setCertainty({ ...certainty, [`${one.key}/${one.number}`]: Number(level) })
            }
          />
        ))}
        {open && (
          <>
            <Select
              size="xs"
              label={t("annotate.report.advice")}
              data={ADVICE.map((value) => ({
                value,
                label: t(`annotate.report.advise.${value || "by_lesions"}`),
              }))}
              value={advice}
              allowDeselect={false}
              onChange={(value) => setAdvice(value ?? "")}
            />
            {assess.error && <Refusal error={assess.error} />}
            <Button
              size="xs"
              variant="default"
              disabled={!changed}
              loading={assess.isPending}
              onClick={() =>
                assess.mutate({
                  revision: report.revision,
                  certainty,
                  links: report.links,
                  recommendation: advice,
                })
              }
            >
              {t("annotate.report.assess")}
            </Button>
            <Text size="xs" c="gray.7">
              {t("annotate.report.assess_about")}
            </Text>
          </>
        )}
      </Stack>
      <Table fz="sm" verticalSpacing={5} style={{ fontVariantNumeric: "tabular-nums" }}>
        <Table.Tbody>
          {regions.map((one) => (
            <Row key={one.key} name={named(one)}>
              {one.count} · {one.area_mm2 ?? "—"} mm²
            </Row>
          ))}
          {organs.map((one) => (
            <Row key={one.key} name={named(one)}>
              {one.volume_ml} mL
            </Row>
          ))}
          <Row name={t("annotate.said.absent")}>{absent.join(", ") || "—"}</Row>
          <Row name={t("annotate.report.prior")}>{report.facts.prior?.date ?? "—"}</Row>
          <Row name={t("annotate.sign.hash")}>
            <Hash value={report.facts.labels} />
          </Row>
        </Table.Tbody>
      </Table>
    </section>
  );
}

const figure = (id: string, number: number) => `/api/v1/annotate/reports/${id}/figures/${number}`;

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w={130}>
        {name}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}

interface LesionProps {
  lesion: LesionFact;
  picture: string | null;
  level: string;
  open: boolean;
  choose: (level: string) => void;
}

function Lesion({ lesion, picture, level, open, choose }: LesionProps) {
  const { t, i18n } = useTranslation();
  const named = useNamed();
  const organ = i18n.language === "ja" ? lesion.organ_ja : lesion.organ_en;
  const name = `${named(lesion)} ${lesion.number}`;
  return (
    <Group align="flex-start" wrap="nowrap" gap="sm">
      {picture && (
        <img
          src={picture}
          alt={t("annotate.report.figure", { name })}
          loading="lazy"
          style={{ width: 112, flex: "none" }}
        />
      )}
      <Stack gap={2} style={{ flex: 1 }}>
        <Text size="sm" fw={600}>
          {name}
          {organ ? ` (${organ})` : ""}
        </Text>
        <Text size="xs" style={{ fontVariantNumeric: "tabular-nums" }}>
          {lesion.long_mm} × {lesion.short_mm} mm · {lesion.volume_ml} mL ·{" "}
          {t("parts.viewer.slice")} {lesion.slice}
          {lesion.mean_hu !== null && ` · ${lesion.mean_hu} HU`}
        </Text>
        {lesion.change && (
          <Text size="xs">
            {t(`annotate.report.change.${lesion.change}`)}
            {lesion.prior_mm !== null && ` (${lesion.prior_mm} mm)`}
          </Text>
        )}
        <Select
          size="xs"
          aria-label={t("annotate.report.certainty_of", { name })}
          data={LEVELS.map((value) => ({ value, label: t(`annotate.report.certainty.${value}`) }))}
          value={level}
          disabled={!open}
          allowDeselect={false}
          onChange={(value) => value && choose(value)}
        />
      </Stack>
    </Group>
  );
}
