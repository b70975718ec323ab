import { Box, Group, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type OpenSeadragon from "openseadragon";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Refusal } from "../parts/Refusal";
import { Opened } from "../parts/viewer/root";
import { DrawnSlide, useRedraw } from "./DrawnSlide";
import { drawReadings, type Reading } from "./overlay";
import type { TaskDetail } from "./types";

// Apart for any colour vision, and by the line as well.
const SIDES = [
  { side: "a", colour: "#e69f00", dash: [] as number[] },
  { side: "b", colour: "#56b4e9", dash: [10, 5] },
] as const;

/** Both readings of a slide over the picture, together or one at a time. */
export function SidesOfSlide({ task, disputed }: { task: TaskDetail; disputed: string | null }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState("both");
  const [viewer, setViewer] = useState<OpenSeadragon.Viewer>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const readings = useQuery({
    queryKey: ["annotate", "outlines", task.id],
    queryFn: () =>
      Promise.all(
        SIDES.map(({ side }) =>
          get<Reading["outlines"]>(`/annotate/tasks/${task.id}/comparison/outlines`, { side }),
        ),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const draw = useCallback(() => {
    if (!canvas.current || !viewer?.viewport) return;
    const all = SIDES.flatMap(({ side, colour, dash }, at): Reading[] => {
      const outlines = readings.data?.[at];
      return outlines && (shown === "both" || shown === side)
        ? [{ outlines, colour, dash: [...dash] }]
        : [];
    });
    drawReadings(canvas.current, viewer, all, disputed);
  }, [viewer, readings.data, shown, disputed]);
  useEffect(draw, [draw]);
  useRedraw(viewer, draw);
  return (
    <Box bg="dark.9" c="gray.3" p="xs" bdrs="sm" className="dark">
      <Group justify="space-between" mb={6}>
        <SegmentedControl
          size="xs"
          className="planes"
          value={shown}
          aria-label={t("annotate.compare.shown")}
          onChange={setShown}
          data={[
            { value: "both", label: t("annotate.compare.both_sides") },
            { value: "a", label: t("annotate.compare.side_a") },
            { value: "b", label: t("annotate.compare.side_b") },
          ]}
        />
        <Group gap="md">
          {SIDES.map(({ side, colour, dash }) => (
            <Group gap={6} key={side}>
              <svg width="28" height="8" aria-hidden="true">
                <line
                  x1="0"
                  y1="4"
                  x2="28"
                  y2="4"
                  stroke={colour}
                  strokeWidth="3"
                  strokeDasharray={dash.join(" ")}
                />
              </svg>
              <Text size="xs">
                {t(`annotate.compare.side_${side}`)}
                {readings.data &&
                  ` · ${t("annotate.slide.count", { n: readings.data[side === "a" ? 0 : 1]?.length ?? 0 })}`}
              </Text>
            </Group>
          ))}
        </Group>
      </Group>
      {readings.error && <Refusal error={readings.error} />}
      <Opened task={task.id}>
        {(base) => <DrawnSlide base={base} height={480} canvas={canvas} onReady={setViewer} />}
      </Opened>
    </Box>
  );
}
