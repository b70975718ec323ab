import { Badge, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSend } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { moment } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { urgencies } from "./RaiseFinding";
import { Tabs } from "./Tabs";

interface Finding {
  id: string;
  created_at: string;
  pseudonym: string;
  urgency: string;
  text: string;
  received_at: string | null;
  answer: string | null;
  late: boolean;
}

/** Findings that nobody asked for but that matter for a patient, and whether they arrived. */
export function Findings() {
  const { t } = useTranslation();
  const receives = useMay("annotate.receive");
  const [asked, setAsked] = useState<Finding | null>(null);
  return (
    <Screen title={t("annotate.finding.title")} about={t("annotate.finding.about")}>
      <Tabs />
      <DataTable<Finding>
        path="/annotate/findings"
        label={t("annotate.finding.title")}
        rowKey={(row) => row.id}
        empty={t("annotate.finding.none")}
        filters={
          <Filter
            name="urgency"
            label={t("annotate.finding.urgency")}
            options={urgencies.map((value) => ({ value, label: t(`annotate.urgency.${value}`) }))}
          />
        }
        columns={[
          {
            key: "created_at",
            label: t("annotate.finding.raised_at"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "pseudonym",
            label: t("annotate.column.subject"),
            sort: true,
            cell: (row) => (
              <Text span ff="monospace" fz="sm">
                {row.pseudonym}
              </Text>
            ),
          },
          {
            key: "urgency",
            label: t("annotate.finding.urgency"),
            sort: true,
            cell: (row) => t(`annotate.urgency.${row.urgency}`),
          },
          {
            key: "text",
            label: t("annotate.finding.text"),
            cell: (row) => (
              <Text size="sm" style={{ whiteSpace: "pre-wrap", minWidth: 260 }}>
                {row.text}
              </Text>
            ),
          },
          {
            key: "received_at",
            label: t("annotate.finding.receipt"),
            sort: true,
            cell: (row) => (
              <Group gap="xs">
                <Receipt row={row} />
                {receives && !row.received_at && (
                  <Button size="compact-xs" onClick={() => setAsked(row)}>
                    {t("annotate.finding.confirm")}
                  </Button>
                )}
              </Group>
            ),
          },
        ]}
      />
      {asked && <Confirm row={asked} close={() => setAsked(null)} />}
    </Screen>
  );
}

function Receipt({ row }: { row: Finding }) {
  const { t } = useTranslation();
  if (row.received_at)
    return (
      <Stack gap={2}>
        <Badge color="teal.9" radius="sm" leftSection={<IconCheck size={12} aria-hidden />}>
          {moment(row.received_at)}
        </Badge>
        {row.answer && <Text size="xs">{row.answer}</Text>}
      </Stack>
    );
  const Icon = row.late ? IconAlertTriangle : IconClock;
  return (
    <Badge
      color={row.late ? "red.9" : "indigo.8"}
      radius="sm"
      leftSection={<Icon size={12} aria-hidden />}
    >
      {t(row.late ? "annotate.finding.late" : "annotate.finding.waits")}
    </Badge>
  );
}

function Confirm({ row, close }: { row: Finding; close: () => void }) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState("");
  const act = useSend(`/annotate/findings/${row.id}/receipt`, close);
  return (
    <Modal
      opened
      onClose={close}
      title={t("annotate.finding.confirm")}
      transitionProps={{ duration: 100 }}
      closeButtonProps={{ "aria-label": t("annotate.help.close") }}
    >
      <Stack gap="sm">
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {row.text}
        </Text>
        <Textarea
          size="sm"
          autosize
          minRows={2}
          maxLength={2000}
          label={t("annotate.finding.answer")}
          value={answer}
          onChange={(event) => setAnswer(event.currentTarget.value)}
        />
        {act.error && <Refusal error={act.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={close}>
            {t("parts.cancel")}
          </Button>
          <Button
            size="xs"
            loading={act.isPending}
            onClick={() => act.mutate({ answer: answer.trim() })}
          >
            {t("annotate.finding.confirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
