import { Button, Group, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, Problem, send } from "../api";
import type { Attempt } from "./types";

const OPEN = new Set(["assigned", "open", "returned"]);

interface Returned {
  items: { id: string; refused: string | null }[];
}

/** Go on with a case in OHIF; what is saved there comes back as strokes, or says why not. */
export function FullReader({ attempt }: { attempt: Attempt }) {
  const { t, i18n } = useTranslation();
  const path = `/annotate/attempts/${attempt.id}`;
  const newest = useQuery({
    queryKey: [path, "returned"],
    queryFn: () => get<Returned>(`${path}/returned`, { sort: "-created_at", limit: 1 }),
  });
  const opening = useMutation({
    mutationFn: () => send<{ path: string }>("POST", `${path}/reader`, { take: true }),
    onSuccess: (opened) => window.location.assign(opened.path),
  });
  if (!OPEN.has(attempt.state)) return null;
  const code = opening.error
    ? opening.error instanceof Problem && opening.error.title
    : newest.data?.items[0]?.refused;
  const key = `parts.problem.${code}`;
  return (
    <Group gap="xs">
      <Button
        size="compact-sm"
        variant="light"
        leftSection={<IconExternalLink size={14} aria-hidden />}
        loading={opening.isPending}
        onClick={() => opening.mutate()}
      >
        {t("annotate.full_reader.open")}
      </Button>
      {code && (
        <Text size="sm" c="red.9" role="status">
          {!opening.error && t("annotate.full_reader.kept")}{" "}
          {i18n.exists(key) ? t(key) : t("parts.problem.unreachable")}
        </Text>
      )}
    </Group>
  );
}
