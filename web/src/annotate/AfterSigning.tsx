import { Alert, Button, Group, List, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Act, useSend } from "../parts/Act";
import { Refusal } from "../parts/Refusal";
import { Section } from "../parts/Section";
import type { Reader } from "./Readers";
import type { TaskDetail } from "./types";

interface Verified {
  broken: string[];
  statement: { amends: string; credential: { modalities?: string[] } } | null;
}

/** Does a signature still fit what it is bound to? Computed anew on each visit. */
export function Intact({ signature }: { signature: string }) {
  const { t } = useTranslation();
  const path = `/annotate/signatures/${signature}/verify`;
  const found = useQuery({ queryKey: [path], queryFn: () => get<Verified>(path) });
  if (found.error) return <Refusal error={found.error} />;
  if (!found.data) return null;
  const { broken, statement } = found.data;
  if (broken.length === 0)
    return (
      <Alert color="teal.9" variant="outline" py="xs">
        <Text size="sm">{t("annotate.verify.intact")}</Text>
        {statement?.amends && <Text size="sm">{t("annotate.verify.amends")}</Text>}
      </Alert>
    );
  return (
    <Alert color="red.9" variant="outline" title={t("annotate.verify.broken_title")}>
      <List size="sm">
        {broken.map((what) => (
          <List.Item key={what}>{t(`annotate.verify.broken.${what}`)}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

/** What who hands out may do with signed labels: amend, read again, use as a hidden case. */
export function AfterSigning({ task }: { task: TaskDetail }) {
  const { t } = useTranslation();
  const [user, setUser] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const people = useQuery({
    queryKey: ["/annotate/readers"],
    queryFn: () => get<Reader[]>("/annotate/readers"),
  });
  const amend = useSend(`/annotate/tasks/${task.id}/amend`);
  return (
    <Section title={t("annotate.after.title")} about={t("annotate.after.about")}>
      <Stack gap="sm">
        {!task.slide_id && (
          <Group align="flex-end" gap="xs">
            <Select
              size="xs"
              w={200}
              label={t("annotate.after.who")}
              value={user}
              onChange={setUser}
              data={(people.data ?? [])
                .filter((one) => one.credited)
                .map((one) => ({ value: one.user_id, label: one.name }))}
            />
            <TextInput
              size="xs"
              w={340}
              label={t("annotate.task.reason")}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Button
              size="xs"
              variant="outline"
              disabled={!user || !reason.trim()}
              loading={amend.isPending}
              onClick={() => amend.mutate({ user_id: user, reason: reason.trim() })}
            >
              {t("annotate.after.amend")}
            </Button>
          </Group>
        )}
        {amend.error && <Refusal error={amend.error} />}
        <Group gap="xs">
          <Act
            path={`/annotate/tasks/${task.id}/read-again`}
            variant="default"
            label={t("annotate.after.read_again")}
          />
          <Act
            path={`/annotate/tasks/${task.id}/gold`}
            method="PUT"
            body={{ gold: true }}
            variant="default"
            label={t("annotate.after.gold")}
          />
          <Act
            path={`/annotate/tasks/${task.id}/gold`}
            method="PUT"
            body={{ gold: false }}
            variant="default"
            label={t("annotate.after.no_gold")}
          />
        </Group>
      </Stack>
    </Section>
  );
}
