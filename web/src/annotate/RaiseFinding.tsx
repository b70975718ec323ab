import { Button, Group, Modal, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSend } from "../parts/Act";
import { Refusal } from "../parts/Refusal";

export const urgencies = ["today", "days", "routine"] as const;

/** Tell the hospital, by pseudonym, of something that matters for the patient. */
export function RaiseFinding({ task }: { task: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const [urgency, setUrgency] = useState<string>("today");
  const [text, setText] = useState("");
  const act = useSend("/annotate/findings", () => {
    setText("");
    close();
  });
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {t("annotate.finding.raise")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("annotate.finding.raise_title")}
        transitionProps={{ duration: 100 }}
        closeButtonProps={{ "aria-label": t("annotate.help.close") }}
      >
        <Stack gap="sm">
          <Text size="sm">{t("annotate.finding.raise_about")}</Text>
          <SegmentedControl
            size="xs"
            aria-label={t("annotate.finding.urgency")}
            value={urgency}
            onChange={setUrgency}
            data={urgencies.map((value) => ({ value, label: t(`annotate.urgency.${value}`) }))}
          />
          <Textarea
            size="sm"
            autosize
            minRows={4}
            maxLength={2000}
            required
            label={t("annotate.finding.text")}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {act.error && <Refusal error={act.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              {t("annotate.back_to_drawing")}
            </Button>
            <Button
              size="xs"
              disabled={text.trim().length < 10}
              loading={act.isPending}
              onClick={() => act.mutate({ task_id: task, urgency, text: text.trim() })}
            >
              {t("annotate.finding.send")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
