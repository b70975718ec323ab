import { Anchor, Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { useSend } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import type { Reader } from "./Readers";
import { Standing } from "./Standing";
import { Tabs } from "./Tabs";

interface LeftPart {
  id: string;
  created_at: string;
  task_id: string;
  user_id: string;
  part: string;
  state: string;
  unreadable: string | null;
  note: string;
}

/** Parts that somebody could not read, or let lie: they wait for somebody else. */
export function Left() {
  const { t } = useTranslation();
  const people = useQuery({
    queryKey: ["/annotate/readers"],
    queryFn: () => get<Reader[]>("/annotate/readers"),
  });
  const name = (id: string) => people.data?.find((one) => one.user_id === id)?.name ?? "—";
  return (
    <Screen title={t("annotate.left.title")} about={t("annotate.left.about")}>
      <Tabs />
      <DataTable<LeftPart>
        path="/annotate/left"
        label={t("annotate.left.title")}
        rowKey={(row) => row.id}
        empty={t("annotate.left.none")}
        columns={[
          {
            key: "created_at",
            label: t("annotate.column.made"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "task_id",
            label: t("annotate.column.case"),
            cell: (row) => (
              <Anchor component={Link} to={`/annotate/tasks/${row.task_id}`} size="sm">
                {t(`annotate.part.${row.part}`)}
              </Anchor>
            ),
          },
          {
            key: "user_id",
            label: t("annotate.left.who"),
            cell: (row) => name(row.user_id),
          },
          {
            key: "state",
            label: t("annotate.column.state"),
            sort: true,
            cell: (row) => <Standing value={row.state} />,
          },
          {
            key: "unreadable",
            label: t("annotate.leave.why"),
            sort: true,
            cell: (row) => (
              <>
                {whyLeft(row, t)}
                {row.note && (
                  <Text size="xs" c="gray.7">
                    {row.note}
                  </Text>
                )}
              </>
            ),
          },
          {
            key: "act",
            label: t("annotate.left.then"),
            cell: (row) => <Then row={row} people={people.data ?? []} />,
          },
        ]}
      />
    </Screen>
  );
}

function whyLeft(row: LeftPart, t: TFunction): string {
  if (row.unreadable) return t(`annotate.unreadable.${row.unreadable}`);
  return row.state === "doubted" ? t("annotate.left.doubted") : "—";
}

function Then({ row, people }: { row: LeftPart; people: Reader[] }) {
  const { t } = useTranslation();
  const [user, setUser] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const on = useSend(`/annotate/left/${row.id}/hand-on`);
  const back = useSend(`/annotate/left/${row.id}/give-back`);
  return (
    <>
      <Group gap="xs" maw={320}>
        <Select
          size="xs"
          w={170}
          clearable
          aria-label={t("annotate.left.to")}
          placeholder={t("annotate.left.best")}
          value={user}
          onChange={setUser}
          data={people
            .filter((one) => one.user_id !== row.user_id)
            .map((one) => ({ value: one.user_id, label: one.name }))}
        />
        <Button
          size="compact-sm"
          loading={on.isPending}
          onClick={() => on.mutate(user ? { user_id: user } : {})}
        >
          {t("annotate.left.hand_on")}
        </Button>
        {row.state === "cannot_read" && (
          <>
            <TextInput
              size="xs"
              w={170}
              aria-label={t("annotate.left.answer")}
              placeholder={t("annotate.left.answer")}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Button
              size="compact-sm"
              variant="default"
              disabled={!note.trim()}
              loading={back.isPending}
              onClick={() => back.mutate({ note: note.trim() })}
            >
              {t("annotate.left.give_back")}
            </Button>
          </>
        )}
      </Group>
      {on.error && <Refusal error={on.error} />}
      {back.error && <Refusal error={back.error} />}
    </>
  );
}
