import { Anchor, Box, Grid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { useCode } from "../parts/code";
import { State } from "../parts/State";
import { figure } from "../parts/Structure";
import type { Mark } from "../parts/viewer/volume";
import { Grades } from "./Grades";
import { Picture } from "./Picture";
import { Places } from "./Places";
import { Proofs } from "./Proof";
import { Reasons } from "./Reasons";
import type { CaseDetail, CaseRow, Metric } from "./rows";

interface Props {
  row: CaseRow;
  root: string;
  /** One case is shown; those that come next lie ready behind it. */
  shown: boolean;
  /** Whether the hospital and the patient's name there are said. */
  named: boolean;
  /** Leads nowhere that says what others have answered. */
  blind: boolean;
}

/** One case of the review: the picture at the place of the first reason, and why it is here. */
export const Stage = memo(function Stage({ row, root, shown, named, blind }: Props) {
  const { t } = useTranslation();
  const said = useCode();
  const path = `/select/cases/${row.id}`;
  const found = useQuery({
    queryKey: [path, undefined],
    queryFn: () => get<CaseDetail>(path),
  }).data;
  const doubtful = useMemo(() => (found ? doubtfulOf(found) : []), [found]);
  const [chosen, setChosen] = useState<Mark>();
  const mark = chosen ?? doubtful.find((metric) => metric.places?.length)?.places?.[0];
  const part = row.body_part && said("parts.body", row.body_part);
  const title = [named && row.pseudonym, row.modality, part].filter(Boolean).join(" · ");
  return (
    <Box
      data-case={row.id}
      data-shown={shown ? "yes" : "no"}
      inert={!shown}
      style={
        shown ? {} : { visibility: "hidden", position: "absolute", inset: 0, overflow: "hidden" }
      }
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Picture of={row} label={title} root={root} mark={mark} ahead={!shown} height={480} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="sm">
            <Text fw={600}>
              {title} {named && row.site && ` · ${row.site}`}
            </Text>
            <State value={row.standing} />
            <Reasons keys={row.reason_codes} />
            {row.nearest !== null && (
              <Text size="sm">
                {t("select.nearest")} {figure(row.nearest)}
              </Text>
            )}
            {found && <Grades grades={found.grades} />}
            {doubtful.map((metric) => (
              <Box key={metric.metric}>
                <Text size="sm">
                  {said("select.metric", metric.metric)}{" "}
                  {metric.value !== null &&
                    `${figure(metric.value)} ${said("select.unit_of", metric.unit)}`}
                  {metric.z !== null && ` · z ${figure(metric.z)}`}
                </Text>
                <Places of={metric.places ?? []} go={setChosen} />
              </Box>
            ))}
            {found && <Proofs found={found} />}
            {!blind && (
              <Anchor component={Link} to={`/select/cases/${row.id}`} fz="sm" c="indigo.9">
                {t("select.review.open")}
              </Anchor>
            )}
          </Stack>
        </Grid.Col>
      </Grid>
    </Box>
  );
});

/** The metrics that a reason names, in the order of the reasons. */
function doubtfulOf({ reasons, metrics }: CaseDetail): Metric[] {
  const named = new Map(metrics.map((metric) => [metric.metric, metric]));
  const names = [...new Set(reasons.map((reason) => reason.metric))];
  return names.flatMap((name) => (name && named.get(name)) || []);
}
