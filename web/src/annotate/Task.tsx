import { Anchor, Button, Group, Stack, Table, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page } from "../api";
import { useSend } from "../parts/Act";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { AfterSigning } from "./AfterSigning";
import { Kind } from "./ReaderHome";
import { Sign } from "./Sign";
import { Standing } from "./Standing";
import type { Report, ReportDetail, TaskDetail } from "./types";

const compared = new Set([
  "unblinded",
  "agreed",
  "disputed",
  "adjudicating",
  "review",
  "signed",
  "amending",
]);
const ended = new Set(["signed", "excluded", "withdrawn"]);

/** One task: where it stands, who has which part, what was compared, signed and reported. */
export function Task() {
  const { id } = useParams({ strict: false }) as { id: string };
  return (
    <Loaded<TaskDetail> path={`/annotate/tasks/${id}`}>{(task) => <Detail task={task} />}</Loaded>
  );
}

function Detail({ task }: { task: TaskDetail }) {
  const { t } = useTranslation();
  const assigns = useMay("annotate.assign");
  const said = useCode();
  // Who reads never learns whose images these are.
  const sees = !useMay("annotate.label");
  const judges = useMay("annotate.adjudicate") || assigns;
  const shape = task.image && "shape" in task.image ? task.image.shape : null;
  return (
    <Screen
      title={
        <Group gap="sm">
          <Kind reference={task.vocabulary} /> <Standing value={task.state} />
        </Group>
      }
      about={t("annotate.task.about")}
      actions={
        judges &&
        task.protocol !== "single" &&
        compared.has(task.state) && (
          <Button size="xs" component={Link} to={`/annotate/tasks/${task.id}/compare`}>
            {t("annotate.task.compare")}
          </Button>
        )
      }
    >
      <Facts
        rows={[
          [
            t("annotate.column.series"),
            sees ? (
              <Anchor key="s" component={Link} to={imageOf(task)} size="sm">
                {t("annotate.task.open_image")}
              </Anchor>
            ) : (
              <Hash key="s" value={task.series_id ?? task.slide_id} />
            ),
          ],
          [t("annotate.column.image"), task.modality],
          [t("annotate.task.size"), shape ? [...shape].reverse().join(" × ") : "—"],
          [t("annotate.column.protocol"), t(`annotate.protocol.${task.protocol}`)],
          [t("annotate.column.made"), moment(task.created_at)],
          ...(task.reason
            ? ([[t("annotate.task.reason"), said("parts.problem", task.reason)]] as [
                string,
                string,
              ][])
            : []),
        ]}
      />
      <Section title={t("annotate.task.parts")} about={t("annotate.task.parts_about")}>
        {task.parts.length === 0 && (
          <Text size="sm" c="gray.7">
            {t("annotate.task.no_parts")}
          </Text>
        )}
        <Table fz="sm" maw={760} verticalSpacing={5} hidden={task.parts.length === 0}>
          <Table.Thead>
            <Table.Tr>
              {["part", "alias", "state", "label"].map((name) => (
                <Table.Th scope="col" key={name}>
                  {t(`annotate.column.${name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {task.parts.map((part) => (
              <Table.Tr key={part.id}>
                <Table.Td>{t(`annotate.part.${part.part}`)}</Table.Td>
                <Table.Td>{part.part === "reader" ? part.alias : "—"}</Table.Td>
                <Table.Td>
                  <Standing value={part.state} />
                </Table.Td>
                <Table.Td>
                  <Hash value={part.label_id} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
      <Sign task={task} />
      {(task.state === "review" || task.state === "signed") && <TaskReports task={task} />}
      {assigns && task.state === "signed" && <AfterSigning task={task} />}
      {assigns && !ended.has(task.state) && <Exclude task={task} />}
    </Screen>
  );
}

/** The page of the image that a task is about. */
export function imageOf(task: Pick<TaskDetail, "series_id" | "slide_id">): string {
  return task.slide_id ? `/subjects/slides/${task.slide_id}` : `/subjects/series/${task.series_id}`;
}

function TaskReports({ task }: { task: TaskDetail }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay("annotate.report");
  const reports = useQuery({
    queryKey: ["/annotate/reports", task.id],
    queryFn: () => get<Page<Report>>("/annotate/reports", { task_id: task.id }),
  });
  const draft = useSend<ReportDetail>(
    `/annotate/tasks/${task.id}/reports`,
    (report) => void navigate({ to: `/annotate/reports/${report.id}` }),
  );
  return (
    <Section
      title={t("annotate.task.reports")}
      about={t("annotate.task.reports_about")}
      actions={
        may && (
          <Button
            size="xs"
            variant="default"
            loading={draft.isPending}
            onClick={() => draft.mutate({})}
          >
            {t("annotate.task.draft")}
          </Button>
        )
      }
    >
      {draft.error && <Refusal error={draft.error} />}
      <Stack gap={4}>
        {reports.data?.items.map((report) => (
          <Group key={report.id} gap="sm">
            <Anchor component={Link} to={`/annotate/reports/${report.id}`} size="sm">
              {moment(report.created_at)}
            </Anchor>
            <Standing value={report.state} />
          </Group>
        ))}
        {reports.data?.items.length === 0 && (
          <Text size="sm" c="gray.7">
            {t("annotate.task.no_reports")}
          </Text>
        )}
      </Stack>
    </Section>
  );
}

function Exclude({ task }: { task: TaskDetail }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const act = useSend(`/annotate/tasks/${task.id}/exclude`);
  return (
    <Section title={t("annotate.task.exclude")} about={t("annotate.task.exclude_about")}>
      <Group align="flex-end" maw={760}>
        <Textarea
          flex={1}
          size="xs"
          autosize
          label={t("annotate.task.reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          size="xs"
          color="red.9"
          variant="outline"
          disabled={!reason.trim()}
          loading={act.isPending}
          onClick={() => act.mutate({ reason: reason.trim() })}
        >
          {t("annotate.task.exclude")}
        </Button>
      </Group>
      {act.error && <Refusal error={act.error} />}
    </Section>
  );
}
