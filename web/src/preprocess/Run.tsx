import { Alert, Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
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
import { Compare } from "./Compare";
import { Files } from "./Files";
import type { RunDetail } from "./rows";
import { Measures, type StepSaid, Steps } from "./Steps";

/** One run: what it did to the case, each step in words, and what came out. */
export function Run() {
  const { t } = useTranslation();
  return (
    <Loaded<RunDetail> path={`/preprocess/runs/${useId()}`}>
      {(run) => (
        <Screen
          title={`${run.plan} · ${run.pseudonym ?? t("preprocess.hidden")}`}
          about={run.site}
          actions={<State value={run.state} />}
        >
          <Verdict run={run} />
          {run.views && (
            <Compare
              key={run.id}
              views={run.views}
              source={(layer) => `${API}/preprocess/runs/${run.id}/views/${layer}.png`}
            />
          )}
          <SaidOfSteps run={run} />
          {run.state === "done" && <Files run={run.id} />}
          <Origin run={run} />
        </Screen>
      )}
    </Loaded>
  );
}

function Verdict({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const said = useCode();
  if (!run.code) return null;
  const known = said("preprocess.code", run.code);
  return (
    <Alert
      color={run.state === "done" ? "orange.9" : "red.9"}
      variant="outline"
      title={t(run.state === "done" ? "preprocess.look_again" : "preprocess.why_not")}
    >
      <Text size="sm">{known === run.code ? (run.sentence ?? known) : known}</Text>
    </Alert>
  );
}

function SaidOfSteps({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const { steps, measures } = (run.record ?? {}) as {
    steps?: StepSaid[];
    measures?: Record<string, number>;
  };
  if (!steps && Object.keys(measures ?? {}).length === 0) return null;
  return (
    <Section title={t("preprocess.record")} about={t("preprocess.record_about")}>
      {steps ? (
        <Steps steps={steps} />
      ) : (
        <Measures measures={measures ?? {}} caption={t("preprocess.data.measures")} />
      )}
    </Section>
  );
}

function Origin({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const to = (address: string, label: string): ReactNode => (
    <Anchor key={address} component={Link} to={address} fz="sm" c="indigo.9">
      {label}
    </Anchor>
  );
  return (
    <Stack gap={4}>
      <Facts
        rows={[
          [t("preprocess.finding"), run.finding ? <State key="f" value={run.finding} /> : "—"],
          [t("preprocess.by"), <Name key="by" id={run.by} />],
          [t("preprocess.started"), moment(run.created_at)],
          [t("preprocess.ended"), moment(run.ended_at)],
          [
            t("preprocess.source"),
            to(`/subjects/series/${run.series_id}`, t("preprocess.open_series")),
          ],
          ...(run.pair_series_id
            ? [
                [
                  t("preprocess.second"),
                  to(`/subjects/series/${run.pair_series_id}`, t("preprocess.open_series")),
                ] as [string, ReactNode],
              ]
            : []),
          [t("preprocess.image"), <Hash key="i" value={run.image_sha256} />],
          [t("preprocess.label"), <Hash key="l" value={run.label_sha256} />],
          [t("preprocess.plan"), to(`/preprocess/plans/${run.plan_id}`, run.plan)],
        ]}
      />
    </Stack>
  );
}
