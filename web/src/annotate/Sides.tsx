import { Box, Group, SegmentedControl, Skeleton, Slider, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../parts/Refusal";
import type { Colour, Layer } from "../parts/viewer/paint";
import { SliceCanvas } from "../parts/viewer/SliceCanvas";
import { useVolume } from "../parts/viewer/useVolume";
import { PLANES, type Plane, planeOf, type VoxelStore } from "../parts/viewer/volume";
import type { Window } from "../parts/viewer/window";
import { ReadMarks, useReadMarks } from "./marks/ReadMarks";
import type { Comparison, TaskDetail, Vocabulary } from "./types";
import { readMask, taskVolume } from "./volume";
import { coloursOf } from "./words";

const SIDES = ["a", "b", "difference"] as const;
// Only A, only B, both the same, another label: apart for any colour vision.
const DIFFERENCE: (Colour | undefined)[] = [
  undefined,
  [230, 159, 0],
  [86, 180, 233],
  [150, 150, 150],
  [204, 121, 167],
];

interface Props {
  task: TaskDetail;
  comparison: Comparison;
  words: Vocabulary;
  group: string;
  sliceAt: number | undefined;
}

/** A, B and their difference on the same slice, with the same window. */
export function SidesOfVolume(props: Props) {
  const { task } = props;
  const volume = useMemo(() => taskVolume(task), [task]);
  const { store, first, error, loaded } = useVolume(async () => volume, task.id);
  if (error) return <Refusal error={error} />;
  if (!store || !first) return <Skeleton h={520} />;
  return <Linked {...props} store={store} first={first} loaded={loaded} />;
}

function useMasks(task: string, group: string) {
  return useQuery({
    queryKey: ["annotate", "masks", task, group],
    queryFn: () =>
      Promise.all(
        SIDES.map((side) =>
          readMask(`/annotate/tasks/${task}/comparison/mask?side=${side}&`, group),
        ),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function Linked({
  task,
  comparison,
  words,
  group,
  sliceAt,
  store,
  first,
  loaded,
}: Props & { store: VoxelStore; first: Window; loaded: number }) {
  const { t } = useTranslation();
  const [plane, setPlane] = useState<Plane>("axial");
  const [index, setIndex] = useState(Math.floor(store.header.shape[0] / 2));
  const [window, setWindow] = useState(first);
  const masks = useMasks(task.id, group);
  const marks = useReadMarks([comparison.a_label_id, comparison.b_label_id]);
  const { count } = planeOf(store.header, plane);
  useEffect(() => {
    if (sliceAt === undefined) return;
    setPlane("axial");
    setIndex(sliceAt);
  }, [sliceAt]);
  const turn = useCallback(
    (by: number) => setIndex((now) => Math.min(Math.max(0, now + by), count - 1)),
    [count],
  );
  const layers = useMemo(
    () =>
      SIDES.map((side, at): Layer[] => {
        const labels = masks.data?.[at];
        const colours = side === "difference" ? DIFFERENCE : coloursOf(words);
        return labels ? [{ labels, colours, opacity: side === "difference" ? 0.45 : 0.3 }] : [];
      }),
    [masks.data, words],
  );
  return (
    <Box
      bg="dark.9"
      c="gray.3"
      p="xs"
      bdrs="sm"
      className="dark"
      data-ready={masks.data ? "yes" : "no"}
    >
      <Group justify="space-between" mb={6}>
        <SegmentedControl
          size="xs"
          className="planes"
          value={plane}
          aria-label={t("parts.viewer.plane")}
          onChange={(value) => {
            setPlane(value as Plane);
            setIndex(Math.floor(planeOf(store.header, value as Plane).count / 2));
          }}
          data={PLANES.map((value) => ({ value, label: t(`parts.viewer.${value}`) }))}
        />
        <Group gap="md">
          {(["only_a", "only_b", "both", "other"] as const).map((what, at) => (
            <Group gap={6} key={what}>
              <span
                className="swatch"
                style={{ background: `rgb(${DIFFERENCE[at + 1]?.join(",")})` }}
                aria-hidden
              />
              <Text size="xs">{t(`annotate.compare.${what}`)}</Text>
            </Group>
          ))}
        </Group>
      </Group>
      {masks.error && <Refusal error={masks.error} />}
      {marks.error && <Refusal error={marks.error} />}
      <div className="sides">
        {SIDES.map((side, at) => (
          <Stack key={side} gap={4}>
            <Text size="sm" fw={650} ta="center">
              {t(`annotate.compare.side_${side}`)}
            </Text>
            <SliceCanvas
              store={store}
              plane={plane}
              index={index}
              window={window}
              layers={layers[at] ?? []}
              version={loaded}
              height={400}
              label={t(`annotate.compare.side_${side}`)}
              turn={turn}
              setWindow={setWindow}
              overlay={(frame) => (
                <ReadMarks
                  frame={frame}
                  readings={(marks.data ?? []).map((own, n) =>
                    side === "difference" || n === at ? own : [],
                  )}
                />
              )}
            />
          </Stack>
        ))}
      </div>
      <Group gap="md" mt={6} wrap="nowrap">
        <Slider
          flex={1}
          size="sm"
          min={0}
          max={Math.max(0, count - 1)}
          value={index}
          onChange={setIndex}
          label={(value) => value + 1}
          thumbProps={{ "aria-label": t("parts.viewer.slice") }}
        />
        <Text size="xs" ff="monospace" miw={190} ta="right">
          {index + 1}/{count} · {t("parts.viewer.level")} {Math.round(window.centre)}/
          {Math.round(window.width)}
        </Text>
      </Group>
    </Box>
  );
}
