import {
  Alert,
  Button,
  type ButtonProps,
  Group,
  List,
  Modal,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { Refusal } from "./Refusal";

/** Read everything on the page again; a root stays open, it was not what changed. */
export function useReadAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "root" });
}

/** Send a change, say that it is kept once the server says so, and read the page again. */
export function useSend<T>(
  path: string,
  done?: (answer: T) => void,
  method: "POST" | "PUT" = "POST",
) {
  const { t } = useTranslation();
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: (body?: unknown) => send<T>(method, path, body ?? {}),
    onSuccess: async (answer) => {
      notifications.show({ message: t("parts.saved"), color: "teal.9", autoClose: 4000 });
      done?.(answer);
      await readAgain();
    },
  });
}

interface Props<T> extends ButtonProps {
  path: string;
  body?: unknown;
  label: string;
  /** Asks for a reason, which goes into `why` of the body. */
  why?: boolean;
  /** Effects by line; what cannot be undone also wants a word to be typed. */
  confirm?: { effects: ReactNode[]; type?: string } | undefined;
  method?: "POST" | "PUT";
  done?: (answer: T) => void;
}

/** One act as a button; it asks for a reason or a typed word where the act wants that. */
export function Act<T>(props: Props<T>) {
  const { path, body, label, why, confirm, done, method, ...button } = props;
  const { t } = useTranslation();
  const [open, { open: ask, close }] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const sending = useSend<T>(
    path,
    (answer) => {
      close();
      done?.(answer);
    },
    method,
  );
  const act = () =>
    sending.mutate(why ? { ...(body as object), why: reason.trim() || undefined } : body);
  const asks = Boolean(why || confirm);
  const ready = (!confirm?.type || typed === confirm.type) && (!why || reason.trim().length > 0);
  return (
    <>
      <Button size="xs" loading={sending.isPending} onClick={asks ? ask : act} {...button}>
        {label}
      </Button>
      {!asks && sending.error && <Refusal error={sending.error} />}
      <Modal
        opened={open}
        onClose={close}
        title={label}
        centered
        closeButtonProps={{ "aria-label": t("parts.cancel") }}
        transitionProps={{ duration: 100 }}
      >
        <Stack gap="sm">
          {confirm && (
            <Alert
              color="orange.9"
              variant="outline"
              title={t(confirm.type ? "parts.cannot_undo" : "parts.effects")}
            >
              <List size="sm">
                {confirm.effects.map((effect, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change their order
                  <List.Item key={at}>{effect}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {why && (
            <Textarea
              label={t("parts.why")}
              required
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {confirm?.type && (
            <TextInput
              label={
                <Text span size="sm">
                  {t("parts.type_to_confirm", { word: confirm.type })}
                </Text>
              }
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          {sending.error && <Refusal error={sending.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="xs" onClick={close}>
              {t("parts.cancel")}
            </Button>
            <Button
              size="xs"
              color={confirm?.type ? "red.9" : "indigo"}
              disabled={!ready}
              loading={sending.isPending}
              onClick={act}
            >
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
