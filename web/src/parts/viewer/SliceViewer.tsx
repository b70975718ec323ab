import { Box, Group, Skeleton, Slider, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../Refusal";
import { acquired } from "./axes";
import { Bar } from "./Bar";
import type { PaneFrame } from "./frame";
import type { Fused } from "./fused";
import { viewActOf } from "./keys";
import { LAYOUTS, type Layout, Panes } from "./Panes";
import type { Layer as Labels } from "./paint";
import type { Handlers, PictureHandle } from "./SliceCanvas";
import { type Cut, indexOf, mmOf, type Triple } from "./space";
import { useCine } from "./useCine";
import { type Elsewhere, useSight } from "./useSight";
import { useVolume } from "./useVolume";
import {
  type Mark,
  openVolume,
  type Plane,
  planeOf,
  type VolumeHeader,
  type VoxelStore,
} from "./volume";
import { presetsOf, type Window } from "./window";

export type { PaneFrame } from "./frame";
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
  fused?: Fused | undefined;
  /** Where the reader wishes to go; viewers that are linked follow. */
  goal?: Elsewhere | undefined;
  /** Where a linked viewer looks, and its planes to be drawn as lines. */
  elsewhere?: Elsewhere | undefined;
  lines?: readonly Cut[] | undefined;
  /** Told by what the reader does here, never by a link. */
  onPlace?: (mm: Triple) => void;
  /** Told which slice of which plane is shown and where in mm, however it came about. */
  onCut?: (cut: Cut, mm: Triple) => void;
  onSlice?: (plane: Plane, index: number) => void;
  onOpen?: (header: VolumeHeader) => void;
  /** Drawn over each pane, from its frame. */
  overlay?: ((frame: PaneFrame) => ReactNode) | undefined;
  handle?: Ref<PictureHandle>;
  /** One plane with its windows: for what is looked at beside another image. */
  small?: boolean;
  children?: ReactNode;
}

const NO_LAYERS: readonly Labels[] = [];

/** Show one series on plain canvases: linked planes, windows, value under the pointer. */
export function SliceViewer(props: Props) {
  const { base, layer, height = 560, onOpen, onSlice, onCut, sliceAt, mark } = props;
  const { t } = useTranslation();
  const open = props.open ?? (() => openVolume(base));
  const { store, first, error, loaded } = useVolume(open, base, !props.ahead);
  const sight = useSight(store, props.start, props.elsewhere, props.onPlace);
  const [window, setWindow] = useState<Window>({ centre: 40, width: 400 });
  const [wished, setLayout] = useLocalStorage<Layout>({
    key: "viewer.layout",
    defaultValue: "one",
  });
  const [crossing, setCrossing] = useState(false);
  const [inverted, setInverted] = useState(false);
  const [fit, setFit] = useState(0);
  const readout = useRef<HTMLSpanElement>(null);
  const { at, plane, setPlane, show } = sight;
  const layout = sight.planes.length > 1 && !props.small ? wished : "one";
  const index = sight.slice(plane);
  const count = store ? planeOf(store.header, plane).count : 1;
  const cine = useCine(() => {
    const next = (index + 1) % count;
    if (store && (store.loaded[next] || plane !== acquired(store.header))) show(plane, next);
  });

  useEffect(() => {
    if (!store || !first) return;
    setWindow(first);
    onOpen?.(store.header);
  }, [store, first, onOpen]);
  useEffect(() => {
    if (!store) return;
    onSlice?.(plane, index);
  }, [store, plane, index, onSlice]);
  useEffect(() => {
    if (!store) return;
    onCut?.({ header: store.header, plane, slice: index }, mmOf(store.header, at));
  }, [store, plane, index, at, onCut]);
  const jump = useRef(show);
  jump.current = show;
  const wanted = sliceAt ?? mark?.slice ?? undefined;
  // The mark is not read, but a new one on the same slice is gone to again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!store || wanted === undefined) return;
    setPlane(acquired(store.header));
    jump.current(acquired(store.header), wanted);
  }, [store, wanted, mark, setPlane]);
  const layers = useMemo(
    () => (layer ? [layer] : (props.layers ?? NO_LAYERS)),
    [layer, props.layers],
  );
  const { goal } = props;
  const { go } = sight;
  useEffect(() => {
    if (store && goal) go(indexOf(store.header, goal.mm));
  }, [store, goal, go]);
  const windows = useMemo(() => (first ? presetsOf(store?.header, first) : []), [store, first]);
  // As they stay the same, the bar is not drawn again with each slice.
  const toggleCrossing = useCallback(() => setCrossing((now) => !now), []);
  const toggleInverted = useCallback(() => setInverted((now) => !now), []);
  const showWhole = useCallback(() => setFit((now) => now + 1), []);
  const press = (event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement).closest("input:not([type=range]),textarea,select");
    const { isComposing } = event.nativeEvent;
    const act = typing ? null : viewActOf({ ...keysOf(event), isComposing });
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (act.kind === "window") setWindow((now) => windows[act.number - 1]?.window ?? now);
    else if (act.kind === "cross") toggleCrossing();
    else if (act.kind === "invert") toggleInverted();
    else if (act.kind === "cine") cine.toggle();
    else setLayout((now) => LAYOUTS[(LAYOUTS.indexOf(now) + 1) % LAYOUTS.length] ?? "one");
  };

  if (error) return <Refusal error={error} />;
  return (
    <Box
      bg="dark.9"
      c="gray.3"
      p="xs"
      bdrs="sm"
      {...(props.small ? {} : { "data-ready": store ? "yes" : "no" })}
      className="dark"
      onKeyDown={press}
    >
      <Bar
        small={props.small}
        planes={sight.planes}
        plane={plane}
        setPlane={setPlane}
        layout={layout}
        setLayout={setLayout}
        presets={windows}
        setWindow={setWindow}
        crossing={crossing}
        toggleCrossing={toggleCrossing}
        inverted={inverted}
        toggleInverted={toggleInverted}
        fit={showWhole}
        cine={cine}
      >
        {props.children}
      </Bar>
      {store?.header.only_acquired?.length ? (
        <Text size="xs" mb={4} c="yellow.3">
          {t("parts.viewer.only_acquired", {
            why: store.header.only_acquired
              .map((code) => t(`parts.viewer.uneven.${code}`))
              .join(t("parts.viewer.and")),
          })}
        </Text>
      ) : null}
      {store ? (
        <Panes
          {...sight}
          layout={layout}
          store={store}
          crossing={crossing}
          window={window}
          setWindow={setWindow}
          inverted={inverted}
          fit={fit}
          layers={layers}
          fused={props.fused}
          version={loaded + (layer?.version ?? 0) + (props.version ?? 0)}
          height={height}
          label={props.label}
          mark={mark}
          cursorMm={props.cursorMm}
          readout={readout}
          lines={props.lines}
          overlay={props.overlay}
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
          onChange={(value) => show(plane, value)}
          label={(value) => value + 1}
          thumbLabel={t("parts.viewer.slice")}
        />
        <Text size="xs" ff="monospace" miw={230} ta="right" component="div">
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

function keysOf({ code, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent) {
  return { code, ctrlKey, metaKey, shiftKey, altKey };
}
