import { Alert, Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { Refusal } from "../parts/Refusal";
import type { SaidOf } from "./Segments";
import type { Term } from "./types";
import { stillOpen } from "./useSaid";
import { useNamed } from "./words";

interface Props {
  attempt: string;
  lease: string | null;
  terms: Term[];
  submitted: SaidOf;
  /** Slices of the acquired plane that were never shown. */
  unseen: number;
  settled: () => Promise<void>;
}

/** Hand in a reading: what is still open is said before, what cannot be undone is said too. */
export function Submit({ attempt, lease, terms, submitted, unseen, settled }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const waiting = stillOpen(terms, submitted);
  const act = useMutation({
    mutationFn: async () => {
      await settled();
      await send("POST", `/annotate/attempts/${attempt}/submit`, { lease, said: submitted });
    },
    onSuccess: async () => {
      localStorage.removeItem(`renkei.said.${attempt}`);
      await client.invalidateQueries();
      void navigate({ to: "/annotate" });
    },
  });
  const names = (said: string) =>
    terms
      .filter((term) => submitted[term.key]?.said === said)
      .map(named)
      .join(t("annotate.comma"));
  return (
    <>
      <Button size="xs" disabled={!lease} onClick={open}>
        {t("annotate.submit.act")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("annotate.submit.title")}
        transitionProps={{ duration: 100 }}
        closeButtonProps={{ "aria-label": t("annotate.help.close") }}
      >
        <Stack gap="sm">
          {waiting.length > 0 && (
            <Alert color="red.9" variant="outline" title={t("annotate.submit.open_title")}>
              <List size="sm">
                {waiting.map((term) => (
                  <List.Item key={term.key}>
                    {t("annotate.submit.open_label", { label: named(term) })}
                  </List.Item>
                ))}
              </List>
            </Alert>
          )}
          {unseen > 0 && (
            <Alert color="orange.9" variant="outline">
              <Text size="sm">{t("annotate.submit.unseen", { n: unseen })}</Text>
            </Alert>
          )}
          <Text size="sm">
            {t("annotate.said.present")}: {names("present") || "—"}
          </Text>
          <Text size="sm">
            {t("annotate.said.absent")}: {names("absent") || "—"}
          </Text>
          <Text size="sm" c="gray.7">
            {t("annotate.submit.about")}
          </Text>
          {act.error && <Refusal error={act.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              {t("annotate.back_to_drawing")}
            </Button>
            <Button
              size="xs"
              disabled={waiting.length > 0}
              loading={act.isPending}
              onClick={() => act.mutate()}
            >
              {t("annotate.submit.act")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
