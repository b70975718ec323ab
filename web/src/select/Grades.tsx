import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ASPECTS } from "./rows";

const COLOURS = ["gray.1", "teal.1", "yellow.1", "orange.1", "red.1"];

/** The grade of each aspect, from 1 to 4 (fails); a dash where nothing was measured. */
export function Grades({ grades }: { grades: Record<string, number | null> }) {
  const { t } = useTranslation();
  return (
    <Group gap={6} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {["overall", ...ASPECTS, "finding"].map((aspect) => {
        const grade = grades[aspect] ?? null;
        return (
          <Text
            key={aspect}
            component="li"
            size="sm"
            px={8}
            py={3}
            bdrs="sm"
            bg={COLOURS[grade ?? 0] ?? "gray.1"}
            fw={aspect === "overall" ? 650 : 400}
          >
            {t(`select.aspect.${aspect}`)} <b>{grade ?? "—"}</b>
            {grade !== null && ` · ${t(`select.grade.${grade}`)}`}
          </Text>
        );
      })}
    </Group>
  );
}
