import { Box, Group, Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { useCode, words } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { count, moment } from "../parts/format";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { type JobRow, secondsLeft, secondsOf } from "./progress";

function Doing({ job }: { job: JobRow }) {
  const { t } = useTranslation();
  if (job.total === null) return <>{job.done > 0 ? count(job.done) : "—"}</>;
  const left = job.state === "running" ? secondsLeft(job, Date.now()) : null;
  return (
    <Box miw={140}>
      <Progress
        size="sm"
        value={job.total ? (100 * job.done) / job.total : 0}
        aria-label={t("server.progress")}
      />
      <Text size="xs" c="gray.7">
        {count(job.done)} / {count(job.total)}
        {left !== null && ` · ${t("server.seconds_left", { n: count(left) })}`}
      </Text>
    </Box>
  );
}

/** Work in the background, with live progress; it can be cancelled and run again. */
export function Jobs() {
  const { t } = useTranslation();
  const said = useCode();
  const controls = useMay("jobs.control");
  const nameOf = (name: string) => {
    const known = said("server.job_name", name);
    return known === name ? words(name.slice(name.lastIndexOf(".") + 1)) : known;
  };
  return (
    <Screen title={t("server.jobs")} about={t("server.jobs_about")}>
      <DataTable<JobRow>
        path="/jobs"
        label={t("server.jobs")}
        empty={t("server.no_jobs")}
        rowKey={(row) => row.id}
        narrow={["state", "name"]}
        filters={
          <Filter
            name="state"
            label={t("server.state")}
            options={["waiting", "running", "done", "failed", "cancelled"].map((value) => ({
              value,
              label: t(`parts.state.${value}`),
            }))}
          />
        }
        columns={[
          {
            key: "name",
            label: t("server.job"),
            sort: true,
            cell: (row) => nameOf(row.name),
          },
          {
            key: "state",
            label: t("server.state"),
            sort: true,
            cell: (row) => <State value={row.state} />,
          },
          { key: "done", label: t("server.progress"), cell: (row) => <Doing job={row} /> },
          {
            key: "created_at",
            label: t("server.asked"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "ended_at",
            label: t("server.seconds"),
            numeric: true,
            cell: (row) => secondsOf(row) ?? "—",
          },
          {
            key: "attempts",
            label: t("server.attempts"),
            sort: true,
            numeric: true,
            cell: (row) => row.attempts,
          },
          {
            key: "error",
            label: t("server.error"),
            cell: (row) => (row.error ? (row.sentence ?? row.error) : "—"),
          },
          ...(controls
            ? [
                {
                  key: "act",
                  label: t("server.act"),
                  cell: (row: JobRow) => (
                    <Group gap={4}>
                      {["waiting", "running"].includes(row.state) && (
                        <Act
                          path={`/jobs/${row.id}/cancel`}
                          label={t("server.cancel")}
                          size="compact-xs"
                          variant="default"
                        />
                      )}
                      {["failed", "cancelled"].includes(row.state) && (
                        <Act
                          path={`/jobs/${row.id}/retry`}
                          label={t("server.retry")}
                          size="compact-xs"
                          variant="default"
                        />
                      )}
                    </Group>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Screen>
  );
}
