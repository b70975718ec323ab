import { Box, Group, SegmentedControl, Select, Skeleton, Slider, Text } from "@mantine/core";
import { type ReactNode, type Ref, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../Refusal";
import type { Layer as Labels } from "./paint";
import { type Handlers, type PictureHandle, SliceCanvas } from "./SliceCanvas";
import { useVolume } from "./useVolume";
import {
  type Mark,
  openVolume,
  PLANES,
  type Plane,
  planeOf,
  type VolumeHeader,
  type VoxelStore,
} from "./volume";
import { presets, type Window } from "./window";

export type { PictureHandle, Place } from "./SliceCanvas";

export interface Layer extends Labels {
  /** Rises when the labels have changed. */
  version: number;
}

interface Props extends Handlers {
  base: string;
  label: string;
  layer?: Layer | undefined;
  /** Several groups of labels that may overlap; their versions are `version`. */
  layers?: readonly Labels[] | undefined;
  version?: number;
  /** Opens the volume another way than from `base`, which then only names it. */
  open?: (() => Promise<VoxelStore>) | undefined;
  height?: number;
  /** Made ready before it is looked at: only the slices that are seen first are loaded. */
  ahead?: boolean;
  cursorMm?: number | undefined;
  start?: Plane;
  sliceAt?: number | undefined;
  /** Where to look: the viewer goes there and outlines it. */
  mark?: Mark | undefined;
  onSlice?: (plane: Plane, index: number) => void;
  onOpen?: (header: VolumeHeader) => void;
  handle?: Ref<PictureHandle>;
  children?: ReactNode;
}

const NO_LAYERS: readonly Labels[] = [];

/** Show one series slice by slice on a plain canvas: planes, windows, value under the pointer. */
export function SliceViewer(props: Props) {
  const { base, layer, height = 560, label, onOpen, onSlice, sliceAt, mark } = props;
  const { t } = useTranslation();
  const open = props.open ?? (() => openVolume(base));
  const { store, first, error, loaded } = useVolume(open, base, !props.ahead);
  const [plane, setPlane] = useState<Plane>(props.start ?? "axial");
  const [index, setIndex] = useState(0);
  const [window, setWindow] = useState<Window>({ centre: 40, width: 400 });
  const readout = useRef<HTMLSpanElement>(null);
  const count = store ? planeOf(store.header, plane).count : 1;

  useEffect(() => {
    if (!store || !first) return;
    setWindow(first);
    setIndex(Math.floor(store.header.shape[0] / 2));
    onOpen?.(store.header);
  }, [store, first, onOpen]);
  useEffect(() => {
    if (store) onSlice?.(plane, index);
  }, [store, plane, index, onSlice]);
  useEffect(() => {
    if (sliceAt !== undefined) setIndex(sliceAt);
  }, [sliceAt]);
  useEffect(() => {
    if (!store || mark?.slice === undefined || mark.slice === null) return;
    setPlane("axial");
    setIndex(Math.min(Math.max(0, mark.slice), store.header.shape[0] - 1));
  }, [store, mark]);
  const turn = useCallback(
    (by: number) => setIndex((now) => Math.min(Math.max(0, now + by), count - 1)),
    [count],
  );
  const layers = useMemo(
    () => (layer ? [layer] : (props.layers ?? NO_LAYERS)),
    [layer, props.layers],
  );

  if (error) return <Refusal error={error} />;
  return (
    <Box bg="dark.9" c="gray.3" p="xs" bdrs="sm" data-ready={store ? "yes" : "no"} className="dark">
      <Group justify="space-between" mb={6} gap="xs">
        <SegmentedControl
          size="xs"
          className="planes"
          value={plane}
          aria-label={t("parts.viewer.plane")}
          onChange={(value) => {
            const next = value as Plane;
            setPlane(next);
            if (store) setIndex(Math.floor(planeOf(store.header, next).count / 2));
          }}
          data={PLANES.map((value) => ({ value, label: t(`parts.viewer.${value}`) }))}
        />
        {props.children}
        {store?.header.modality === "CT" && (
          <Select
            size="xs"
            w={130}
            placeholder={t("parts.viewer.window")}
            aria-label={t("parts.viewer.window")}
            data={Object.keys(presets).map((value) => ({
              value,
              label: t(`parts.viewer.preset.${value}`),
            }))}
            onChange={(value) => value && presets[value] && setWindow(presets[value])}
          />
        )}
      </Group>
      {store ? (
        <SliceCanvas
          store={store}
          plane={plane}
          index={index}
          window={window}
          layers={layers}
          version={loaded + (layer?.version ?? 0) + (props.version ?? 0)}
          height={height}
          label={label}
          mark={mark}
          cursorMm={props.cursorMm}
          turn={turn}
          setWindow={setWindow}
          readout={readout}
          handle={props.handle}
          onDown={props.onDown}
          onMove={props.onMove}
          onUp={props.onUp}
        />
      ) : (
        <Skeleton h={height} opacity={0.12} />
      )}
      <Group gap="md" mt={6} wrap="nowrap">
        <Slider
          flex={1}
          size="sm"
          min={0}
          max={Math.max(0, count - 1)}
          value={index}
          onChange={setIndex}
          label={(value) => value + 1}
          thumbLabel={t("parts.viewer.slice")}
        />
        <Text size="xs" ff="monospace" miw={270} ta="right" component="div">
          {index + 1}/{store ? count : "–"} · {t("parts.viewer.level")} {Math.round(window.centre)}/
          {Math.round(window.width)} ·{" "}
          <span ref={readout} className="readout">
            –
          </span>
        </Text>
      </Group>
    </Box>
  );
}
