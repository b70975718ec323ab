import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { useReadAgain } from "../parts/Act";
import type { Override } from "./rows";

const SHOWN_MS = 10_000;

interface Wish {
  cases: string[];
  outcome: string;
  reason: string;
}

/** The last decisions of this page, as long as they can be taken back by Ctrl-Z. */
let last: { undo: () => void; until: number } | null = null;

/** Decide on cases at once; for ten seconds a click or Ctrl-Z takes it back. */
export function useDecisions(done: () => void) {
  const { t } = useTranslation();
  const again = useReadAgain();
  const undo = useMutation({
    mutationFn: (made: Override[]) =>
      Promise.all(made.map((one) => send("POST", `/select/overrides/${one.id}/undo`))),
    onSuccess: () => notifications.show({ message: t("select.undone"), color: "teal.9" }),
    onError: () => notifications.show({ message: t("select.too_late"), color: "red.9" }),
    onSettled: again,
  });
  const decide = useMutation({
    mutationFn: async ({ cases, outcome, reason }: Wish) => {
      const made: Override[] = [];
      for (const id of cases) {
        made.push(
          await send<Override>("POST", `/select/cases/${id}/overrides`, { outcome, reason }),
        );
      }
      return made;
    },
    onSuccess: (made, { outcome }) => {
      done();
      const waits = made.some((one) => one.state === "waiting");
      const id = `decided.${made[0]?.id}`;
      const back = () => {
        notifications.hide(id);
        last = null;
        undo.mutate(made);
      };
      last = { undo: back, until: Date.now() + SHOWN_MS };
      notifications.show({
        id,
        color: "teal.9",
        autoClose: SHOWN_MS,
        withCloseButton: true,
        closeButtonProps: { "aria-label": t("parts.close") },
        message: (
          <Group justify="space-between" gap="sm" wrap="nowrap">
            <Text size="sm">
              {t(waits ? "select.waits_for_second" : "select.decided_n", {
                n: made.length,
                outcome: t(`parts.state.${outcome}`),
              })}
            </Text>
            <Button size="compact-xs" variant="default" onClick={back}>
              {t("select.undo")}
            </Button>
          </Group>
        ),
      });
    },
    // Some of several may have been kept before one was refused.
    onSettled: again,
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey)) return;
      if (event.target instanceof Element && event.target.closest("input,textarea")) return;
      if (!last || Date.now() > last.until) return;
      event.preventDefault();
      last.undo();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return decide;
}
