import { Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { Refusal } from "../parts/Refusal";

interface Team {
  members: { user: string }[];
  others: Record<string, number>;
  short: number;
}

interface Props {
  images: string[];
  slides: boolean;
  vocabulary: string | null;
  protocol: string;
  take: (team: string[]) => void;
}

/** Fill the team with who may read the first chosen case, the least busy first; say why others not. */
export function Propose({ images, slides, vocabulary, protocol, take }: Props) {
  const { t } = useTranslation();
  const ask = useMutation({
    mutationFn: () =>
      send<Team[]>("POST", "/annotate/teams", {
        [slides ? "slide_ids" : "series_ids"]: images,
        vocabulary,
        protocol,
      }),
    onSuccess: ([first]) => {
      if (first?.short === 0) take(first.members.map((one) => one.user));
    },
  });
  const first = ask.data?.[0];
  const others = Object.entries(first?.others ?? {})
    .map(([why, n]) => t(`annotate.hindrance.${why}`, { n }))
    .join(t("annotate.comma"));
  return (
    <>
      <Button
        size="xs"
        variant="default"
        disabled={!vocabulary || images.length === 0}
        loading={ask.isPending}
        onClick={() => ask.mutate()}
      >
        {t("annotate.hand_out.propose")}
      </Button>
      {first && (
        <Text size="xs" c="gray.7" aria-live="polite">
          {first.short > 0 && `${t("annotate.hand_out.short", { n: first.short })} `}
          {others && t("annotate.hand_out.others", { others })}
        </Text>
      )}
      {ask.error && <Refusal error={ask.error} />}
    </>
  );
}
