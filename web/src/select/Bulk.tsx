import { Button, Group, Popover, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "../parts/form/composing";
import { count } from "../parts/format";
import { Refusal } from "../parts/Refusal";
import type { CaseRow } from "./rows";
import { useDecisions } from "./useDecisions";

const ACTS = ["exclude", "accept"] as const;

/** Decide on all marked cases with one reason; the buttons name their number. */
export function Bulk({ rows, clear }: { rows: CaseRow[]; clear: () => void }) {
  return (
    <Group gap={6}>
      {ACTS.map((outcome) => (
        <One key={outcome} outcome={outcome} rows={rows} clear={clear} />
      ))}
    </Group>
  );
}

function One({
  outcome,
  rows,
  clear,
}: {
  outcome: (typeof ACTS)[number];
  rows: CaseRow[];
  clear: () => void;
}) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState("");
  const deciding = useDecisions(() => {
    setOpened(false);
    setReason("");
    clear();
  });
  const act = t(`select.bulk.${outcome}`, { n: count(rows.length) });
  const ready = reason.trim().length >= 3;
  const go = () =>
    deciding.mutate({ cases: rows.map((row) => row.id), outcome, reason: reason.trim() });
  return (
    <Popover opened={opened} onChange={setOpened} width={340} trapFocus withinPortal>
      <Popover.Target>
        <Button size="xs" variant="default" onClick={() => setOpened((now) => !now)}>
          {act}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Textarea
            label={t("parts.why")}
            description={t("select.why_about")}
            required
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || isComposing(event) || event.shiftKey) return;
              event.preventDefault();
              if (ready) go();
            }}
          />
          {deciding.error && <Refusal error={deciding.error} />}
          <Button size="xs" disabled={!ready} loading={deciding.isPending} onClick={go}>
            {act}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
