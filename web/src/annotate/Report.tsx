import "./desk.css";
import { Alert, Button, Group, List, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Act, useSend } from "../parts/Act";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { ReportCourse } from "./ReportCourse";
import { ReportFacts } from "./ReportFacts";
import { ReportSections } from "./ReportSections";
import { ReportSigning } from "./ReportSigning";
import type { ReportDetail } from "./types";

/** A reading report: both texts by section, the measured facts beside, and what contradicts. */
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
  const open = report.state === "draft" || report.state === "preliminary";
  const may = useMay("annotate.report") && open;
  const [texts, setTexts] = useState({ ja: report.text_ja, en: report.text_en });
  const [confirmed, setConfirmed] = useState(report.confirmed);
  const same = [...confirmed].sort().join() === [...report.confirmed].sort().join();
  const unsaved = texts.ja !== report.text_ja || texts.en !== report.text_en || !same;
  const path = `/annotate/reports/${report.id}`;
  const save = useSend<ReportDetail>(path, undefined, "PUT");
  const body = { revision: report.revision, text_ja: texts.ja, text_en: texts.en, confirmed };
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
          <>
            {report.can_word && (
              <Act
                size="xs"
                variant="default"
                path={`${path}/wording`}
                body={{ revision: report.revision }}
                label={t("annotate.report.word")}
              />
            )}
            <Button
              size="xs"
              variant="default"
              disabled={!unsaved}
              loading={save.isPending}
              onClick={() => save.mutate(body)}
            >
              {t("annotate.report.save")}
            </Button>
          </>
        )
      }
    >
      {save.error && <Refusal error={save.error} />}
      <div className="report">
        <ReportSections
          texts={texts}
          confirmed={confirmed}
          readOnly={!may}
          change={(language, text) => setTexts((was) => ({ ...was, [language]: text }))}
          confirm={(key, on) =>
            setConfirmed((was) => [...was.filter((one) => one !== key), ...(on ? [key] : [])])
          }
        />
        <ReportFacts report={report} open={may} />
      </div>
      <Check report={report} />
      <ReportCourse id={report.id} />
      <ReportSigning report={report} unsaved={unsaved} />
    </Screen>
  );
}

function Check({ report }: { report: ReportDetail }) {
  const { t } = useTranslation();
  return (
    <Section title={t("annotate.report.check")} about={t("annotate.report.check_about")}>
      {report.problems.length > 0 ? (
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
  );
}
