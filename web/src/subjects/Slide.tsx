import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { count } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Opened } from "../parts/viewer/root";
import { SlideViewer } from "../parts/viewer/SlideViewer";
import type { SlideRow } from "./rows";

/** One whole-slide image. */
export function Slide() {
  const { t } = useTranslation();
  return (
    <Loaded<SlideRow> path={`/subjects/slides/${useId()}`}>
      {(slide) => (
        <Screen
          title={t("subjects.slide")}
          about={`${count(slide.width)} × ${count(slide.height)} px · ${slide.mpp ?? "—"} µm/px · ${slide.site ?? ""}`}
          actions={
            <Anchor component={Link} to={`/subjects/${slide.subject_id}`} fz="sm" c="indigo.9">
              {t("subjects.open_subject")}
            </Anchor>
          }
        >
          <Opened slide={slide.id}>
            {(base) => <SlideViewer base={base} label={t("subjects.slide")} />}
          </Opened>
          <Group gap="xs">
            <Text size="xs" c="gray.7">
              SHA-256
            </Text>
            <Hash value={slide.sha256} />
          </Group>
        </Screen>
      )}
    </Loaded>
  );
}
