import { Anchor, Box, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { API, text } from "../api";
import { Refusal } from "../parts/Refusal";

/** The card as a page that a person reads, shut into a frame that runs nothing. */
export function Card({ id, name }: { id: string; name: string }) {
  const { t, i18n } = useTranslation();
  const path = `/publish/versions/${id}/card`;
  const card = useQuery({
    queryKey: [path, i18n.language],
    queryFn: () => text(path, { lang: i18n.language }),
  });
  if (card.error) return <Refusal error={card.error} />;
  return (
    <Box>
      <Group justify="flex-end" mb="xs">
        <Anchor href={`${API}${path}.json`} download="croissant.json" fz="sm" c="indigo.9">
          {t("publish.croissant")}
        </Anchor>
      </Group>
      {card.data && (
        <iframe
          className="page-inside"
          sandbox=""
          srcDoc={card.data}
          title={t("publish.card_of", { name })}
        />
      )}
    </Box>
  );
}
