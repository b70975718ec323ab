import { Anchor, Box, Group, Image, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { Structure } from "../parts/Structure";
import type { RunDetail } from "./rows";

function Picture({ run, side }: { run: string; side: "before" | "after" }) {
  const { t } = useTranslation();
  const label = t(`preprocess.${side}`);
  return (
    <Box component="figure" m={0} bg="dark.9" p="xs" bdrs="sm">
      <Image
        src={`${API}/preprocess/runs/${run}/preview.png?side=${side}`}
        alt={label}
        h={300}
        w="auto"
        fit="contain"
      />
      <Text component="figcaption" size="xs" c="gray.3" mt={4}>
        {label}
      </Text>
    </Box>
  );
}

/** One run: before and after, each step's measures, and what came out. */
export function Run() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Loaded<RunDetail> path={`/preprocess/runs/${useId()}`}>
      {(run) => (
        <Screen
          title={`${run.plan} · ${run.pseudonym ?? t("preprocess.hidden")}`}
          about={run.site}
          actions={<State value={run.state} />}
        >
          {run.has_preview && (
            <Group align="flex-start" gap="md">
              <Picture run={run.id} side="before" />
              <Picture run={run.id} side="after" />
            </Group>
          )}
          <Facts
            rows={[
              [t("preprocess.finding"), run.finding ? <State key="f" value={run.finding} /> : "—"],
              ...(run.code
                ? [
                    [
                      t("preprocess.why_not"),
                      run.sentence ?? said("preprocess.code", run.code),
                    ] as [string, string],
                  ]
                : []),
              [t("preprocess.by"), <Name key="by" id={run.by} />],
              [t("preprocess.started"), moment(run.created_at)],
              [t("preprocess.ended"), moment(run.ended_at)],
              [
                t("preprocess.source"),
                <Anchor
                  key="s"
                  component={Link}
                  to={`/subjects/series/${run.series_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {t("preprocess.open_series")}
                </Anchor>,
              ],
              [t("preprocess.image"), <Hash key="i" value={run.image_sha256} />],
              [t("preprocess.label"), <Hash key="l" value={run.label_sha256} />],
              [
                t("preprocess.plan"),
                <Anchor
                  key="p"
                  component={Link}
                  to={`/preprocess/plans/${run.plan_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {run.plan}
                </Anchor>,
              ],
            ]}
          />
          {run.record && (
            <Section title={t("preprocess.record")} about={t("preprocess.record_about")}>
              <Structure value={run.record.steps ?? run.record} group="preprocess.data" />
            </Section>
          )}
        </Screen>
      )}
    </Loaded>
  );
}
