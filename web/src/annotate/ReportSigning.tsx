import { Anchor, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Act, useSend } from "../parts/Act";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Refusal } from "../parts/Refusal";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import type { ReportDetail } from "./types";

const FORMS = ["pdf", "dicom", "fhir", "json", "markdown"];

/** Who has signed in which part, what was added since, and the report as a file. */
export function ReportSigning({ report, unsaved }: { report: ReportDetail; unsaved: boolean }) {
  const { t } = useTranslation();
  const may = useMay("annotate.report");
  const closed = report.state === "signed" || report.state === "amended";
  const forms = report.state === "draft" ? FORMS.filter((f) => !/dicom|fhir/.test(f)) : FORMS;
  return (
    <>
      <Section title={t("annotate.report.sign")} about={t("annotate.report.sign_about")}>
        <Stack gap="sm" maw={760}>
          {report.signatures.length > 0 && (
            <Facts
              rows={[
                ...report.signatures.map((one): [string, React.ReactNode] => [
                  t(`annotate.report.part.${one.part}`),
                  [moment(one.created_at), one.text_ja, one.text_en].filter(Boolean).join(" · "),
                ]),
                [t("annotate.sign.hash"), <Hash key="h" value={report.sha256} keep={16} />],
                ...(report.override
                  ? ([[t("annotate.report.override"), report.override]] as [string, string][])
                  : []),
              ]}
            />
          )}
          {report.reason && <Text size="sm">{report.reason}</Text>}
          {may && (report.state === "draft" || report.state === "preliminary") && (
            <SignNow report={report} unsaved={unsaved} />
          )}
          {may && closed && <Add report={report} />}
          {may && report.state !== "entered_in_error" && (
            <Act
              size="xs"
              variant="default"
              w="fit-content"
              path={`/annotate/reports/${report.id}/withdraw`}
              label={t("annotate.report.withdraw")}
              why
            />
          )}
        </Stack>
      </Section>
      <Section title={t("annotate.report.files")} about={t("annotate.report.files_about")}>
        <Group gap="md">
          {forms.map((form) => (
            <Anchor
              key={form}
              size="sm"
              download
              href={`/api/v1/annotate/reports/${report.id}/export?format=${form}`}
            >
              {t(`annotate.report.form.${form}`)}
            </Anchor>
          ))}
        </Group>
      </Section>
    </>
  );
}

/** The author signs first, then somebody else. */
function SignNow({ report, unsaved }: { report: ReportDetail; unsaved: boolean }) {
  const { t } = useTranslation();
  const [override, setOverride] = useState("");
  const sign = useSend<ReportDetail>(`/annotate/reports/${report.id}/sign`);
  const first = report.state === "draft";
  const mine = first === report.mine;
  const wrong = report.problems.length > 0 && !report.override;
  const whose = first ? "author_first" : "another_next";
  return (
    <>
      {wrong && mine && (
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
        disabled={!mine || unsaved || (wrong && !override.trim())}
        loading={sign.isPending}
        onClick={() =>
          sign.mutate({ revision: report.revision, override: override.trim() || null })
        }
      >
        {t(first ? "annotate.report.sign_first" : "annotate.report.sign_second")}
      </Button>
      {(unsaved || !mine) && (
        <Text size="xs" c="gray.7">
          {t(`annotate.report.${unsaved ? "save_first" : whose}`)}
        </Text>
      )}
    </>
  );
}

function Add({ report }: { report: ReportDetail }) {
  const { t } = useTranslation();
  const [ja, setJa] = useState("");
  const [en, setEn] = useState("");
  const add = useSend(`/annotate/reports/${report.id}/addenda`, () => {
    setJa("");
    setEn("");
  });
  return (
    <>
      <Textarea
        size="xs"
        lang="ja"
        label={t("annotate.report.addendum_ja")}
        value={ja}
        onChange={(event) => setJa(event.currentTarget.value)}
      />
      <Textarea
        size="xs"
        lang="en"
        label={t("annotate.report.addendum_en")}
        value={en}
        onChange={(event) => setEn(event.currentTarget.value)}
      />
      {add.error && <Refusal error={add.error} />}
      <Button
        size="xs"
        w="fit-content"
        variant="default"
        disabled={!ja.trim() || !en.trim()}
        loading={add.isPending}
        onClick={() => add.mutate({ text_ja: ja, text_en: en })}
      >
        {t("annotate.report.add")}
      </Button>
    </>
  );
}
