import { Anchor, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { day, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Structure } from "../parts/Structure";
import type { RecordRow } from "./rows";

/** One record: a table, FHIR bundle, variants, a label or a report. */
export function Record() {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Loaded<RecordRow> path={`/subjects/records/${useId()}`}>
      {(record) => (
        <Screen
          title={said("subjects.record_kind", record.kind)}
          about={[record.site, day(record.date)].filter(Boolean).join(" · ")}
          actions={
            <Button
              component="a"
              size="xs"
              variant="default"
              href={`${API}/subjects/records/${record.id}/content`}
              download
            >
              {t("parts.download")}
            </Button>
          }
        >
          <Facts
            rows={[
              [
                t("subjects.subject"),
                <Anchor
                  key="s"
                  component={Link}
                  to={`/subjects/${record.subject_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {t("subjects.open_subject")}
                </Anchor>,
              ],
              [t("subjects.format"), record.format],
              [t("subjects.since"), moment(record.created_at)],
              [
                t("subjects.summary"),
                <Structure key="data" value={record.data} group="subjects.data" />,
              ],
              [
                t("subjects.refers"),
                <Structure key="refers" value={record.refers} group="subjects.data" />,
              ],
              ["SHA-256", <Hash key="sha" value={record.sha256} />],
            ]}
          />
        </Screen>
      )}
    </Loaded>
  );
}
