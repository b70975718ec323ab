import { Button, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { SubjectDetail } from "./rows";
import { Timeline } from "./Timeline";

/** One subject: who, and everything on record in one timeline. */
export function Subject() {
  const { t } = useTranslation();
  const said = useCode();
  const mayRecall = useMay("consent.recall");
  return (
    <Loaded<SubjectDetail> path={`/subjects/subjects/${useId()}`}>
      {(subject) => (
        <Screen
          title={subject.pseudonym}
          about={[
            subject.site,
            said("subjects.sex", subject.sex),
            subject.age === null ? null : t("subjects.years", { n: subject.age }),
          ]
            .filter(Boolean)
            .join(" · ")}
          actions={
            <>
              <State value={subject.withdrawn_at ? "withdrawn" : "active"} />
              {mayRecall && !subject.withdrawn_at && (
                <Button
                  component={Link}
                  to={`/consent/subjects/${subject.id}/recall`}
                  size="xs"
                  variant="default"
                >
                  {t("subjects.recall")}
                </Button>
              )}
            </>
          }
        >
          {subject.made && (
            <Text size="sm" c="gray.8">
              {t("subjects.made_about")}
            </Text>
          )}
          <Facts
            rows={[
              [t("subjects.year"), subject.year],
              [t("subjects.since"), moment(subject.created_at)],
              [t("subjects.withdrawn"), moment(subject.withdrawn_at)],
            ]}
          />
          <Section title={t("subjects.timeline")} about={t("subjects.timeline_about")}>
            <Timeline entries={subject.timeline} />
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
