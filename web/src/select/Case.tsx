import { Anchor, Box, Grid } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import type { Mark } from "../parts/viewer/volume";
import { Decide } from "./Decide";
import { Grades } from "./Grades";
import { Metrics } from "./Metrics";
import { Picture } from "./Picture";
import { Proofs } from "./Proof";
import { Reasons } from "./Reasons";
import type { CaseDetail } from "./rows";

/** One case: the picture beside the numbers, the verdict with its reasons, and the decision. */
export function Case() {
  const { t } = useTranslation();
  const said = useCode();
  const [mark, setMark] = useState<Mark>();
  return (
    <Loaded<CaseDetail> path={`/select/cases/${useId()}`}>
      {(found) => {
        const part = found.body_part && said("parts.body", found.body_part);
        const title = [found.pseudonym, found.modality, part].filter(Boolean).join(" · ");
        return (
          <Screen title={title} about={found.site} actions={<State value={found.standing} />}>
            <Grid gap="lg">
              <Grid.Col span={{ base: 12, lg: 6 }}>
                <Box pos="sticky" top={60}>
                  <Picture of={found} label={title} mark={mark} />
                </Box>
              </Grid.Col>
              <Grid.Col span={{ base: 12, lg: 6 }}>
                <Facts
                  rows={[
                    [t("select.verdict"), <State key="v" value={found.outcome} />],
                    [t("select.reasons"), <Reasons key="r" keys={found.reason_codes} />],
                    [t("select.grades"), <Grades key="g" grades={found.grades} />],
                    [
                      t("select.judged"),
                      <span key="j">
                        {moment(found.created_at)} · <Name id={found.by} />
                      </span>,
                    ],
                    [
                      t("select.recipe"),
                      found.recipe_id ? (
                        <Anchor
                          key="p"
                          component={Link}
                          to={`/select/recipes/${found.recipe_id}`}
                          fz="sm"
                          c="indigo.9"
                        >
                          {found.recipe}
                        </Anchor>
                      ) : (
                        found.recipe
                      ),
                    ],
                    [
                      t("select.stratum"),
                      Object.entries(found.stratum)
                        .map(
                          ([name, value]) =>
                            `${said("select.axis", name)}: ${said("parts.body", value)}${name === "thickness" ? " mm" : ""}`,
                        )
                        .join(" · ") || "—",
                    ],
                    [
                      t("select.subject"),
                      <Anchor
                        key="s"
                        component={Link}
                        to={`/subjects/${found.subject_id}`}
                        fz="sm"
                        c="indigo.9"
                      >
                        {found.pseudonym ?? t("select.hidden")}
                      </Anchor>,
                    ],
                  ]}
                />
                <Section title={t("select.metrics")} about={t("select.metrics_about")}>
                  <Metrics found={found} go={setMark} />
                </Section>
                {found.reasons.some((reason) => reason.evidence?.length) && (
                  <Section title={t("select.proof")}>
                    <Proofs found={found} />
                  </Section>
                )}
                <Section title={t("select.decisions")}>
                  <Decide found={found} />
                </Section>
              </Grid.Col>
            </Grid>
          </Screen>
        );
      }}
    </Loaded>
  );
}
