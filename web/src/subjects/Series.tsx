import { Anchor, Grid } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { count, day } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Opened } from "../parts/viewer/root";
import { SliceViewer } from "../parts/viewer/SliceViewer";
import type { SeriesRow } from "./rows";

/** One series: its slices beside its facts. */
export function Series() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Loaded<SeriesRow> path={`/subjects/series/${useId()}`}>
      {(series) => {
        const title =
          series.description || [series.modality, series.body_part].filter(Boolean).join(" ");
        return (
          <Screen
            title={title}
            about={[series.site, series.study_date && day(series.study_date)]
              .filter(Boolean)
              .join(" · ")}
          >
            <Grid gap="lg">
              <Grid.Col span={{ base: 12, lg: 7 }}>
                <Opened series={series.id}>
                  {(base) => <SliceViewer base={base} label={title} height={520} />}
                </Opened>
              </Grid.Col>
              <Grid.Col span={{ base: 12, lg: 5 }}>
                <Facts
                  rows={[
                    [
                      t("subjects.subject"),
                      <Anchor
                        key="s"
                        component={Link}
                        to={`/subjects/${series.subject_id}`}
                        fz="sm"
                        c="indigo.9"
                      >
                        {t("subjects.open_subject")}
                      </Anchor>,
                    ],
                    [t("subjects.modality"), series.modality],
                    [t("subjects.body_part"), said("parts.body", series.body_part)],
                    [t("subjects.images"), count(series.instances)],
                    [t("subjects.kernel"), series.kernel],
                    [t("subjects.thickness"), series.thickness_mm],
                    [
                      t("subjects.scanner"),
                      [series.manufacturer, series.model].filter(Boolean).join(" "),
                    ],
                    [t("subjects.source"), series.source === "dicom" ? "DICOM" : "NIfTI"],
                    [t("subjects.synthetic"), t(series.synthetic ? "parts.yes" : "parts.no")],
                    ["Study UID", <Hash key="study" value={series.study_uid} keep={14} />],
                    ["Series UID", <Hash key="series" value={series.series_uid} keep={14} />],
                  ]}
                />
              </Grid.Col>
            </Grid>
          </Screen>
        );
      }}
    </Loaded>
  );
}
