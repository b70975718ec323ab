import { Button, Group, Modal, Radio, Stack, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSend } from "../parts/Act";
import { Refusal } from "../parts/Refusal";

const reasons = ["wrong_part", "quality", "not_my_field", "other"] as const;

/** Leave a case that one cannot read; whoever hands out gives it to somebody else. */
export function Leave({ attempt, settled }: { attempt: string; settled: () => Promise<void> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const [why, setWhy] = useState("");
  const [note, setNote] = useState("");
  const act = useSend(`/annotate/attempts/${attempt}/leave`, () => {
    close();
    void navigate({ to: "/annotate" });
  });
  const ready = why !== "" && (why !== "other" || note.trim() !== "");
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {t("annotate.leave.act")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("annotate.leave.title")}
        transitionProps={{ duration: 100 }}
        closeButtonProps={{ "aria-label": t("annotate.help.close") }}
      >
        <Stack gap="sm">
          <Radio.Group
            label={t("annotate.leave.why")}
            description={t("annotate.leave.about")}
            value={why}
            onChange={setWhy}
          >
            <Stack gap={6} mt="xs">
              {reasons.map((one) => (
                <Radio key={one} size="sm" value={one} label={t(`annotate.unreadable.${one}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            size="xs"
            autosize
            minRows={2}
            maxLength={500}
            required={why === "other"}
            label={t("annotate.leave.note")}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {act.error && <Refusal error={act.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              {t("annotate.back_to_drawing")}
            </Button>
            <Button
              size="xs"
              disabled={!ready}
              loading={act.isPending}
              onClick={() => void settled().then(() => act.mutate({ why, note: note.trim() }))}
            >
              {t("annotate.leave.act")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
