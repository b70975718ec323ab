import { Box } from "@mantine/core";
import { type ReactNode, type Ref, type RefObject, useImperativeHandle, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { PaneFrame } from "./frame";
import type { Fused } from "./fused";
import type { Layer } from "./paint";
import { type Handlers, type PictureHandle, SliceCanvas } from "./SliceCanvas";
import type { Cut, Triple } from "./space";
import { type Mark, PLANES, type Plane, type VoxelStore } from "./volume";
import type { Window } from "./window";

export const LAYOUTS = ["one", "three", "beside"] as const;
/** One plane; three alike; one large with two beside it. */
export type Layout = (typeof LAYOUTS)[number];

interface Props extends Handlers {
  layout: Layout;
  plane: Plane;
  store: VoxelStore;
  at: Triple;
  slice: (plane: Plane) => number;
  turn: (plane: Plane, by: number) => void;
  go: (to: Triple) => void;
  crossing: boolean;
  window: Window;
  setWindow: (window: Window) => void;
  inverted: boolean;
  fit: number;
  layers: readonly Layer[];
  fused?: Fused | undefined;
  version: number;
  height: number;
  label: string;
  mark?: Mark | undefined;
  cursorMm?: number | undefined;
  readout: RefObject<HTMLElement | null>;
  lines?: readonly Cut[] | undefined;
  overlay?: ((frame: PaneFrame) => ReactNode) | undefined;
  handle?: Ref<PictureHandle> | undefined;
}

// The planes in which one is not drawing follow a little later: a stroke must not wait for them.
const LATER_MS = 120;

/** The planes of a volume that are shown together, linked by where they meet. */
export function Panes(props: Props) {
  const { layout, plane, slice, height, handle, onDown } = props;
  const { t } = useTranslation();
  const panes = useRef(new Map<Plane, PictureHandle>());
  const active = useRef<Plane>(plane);
  const later = useRef<ReturnType<typeof setTimeout> | null>(null);
  const shown = layout === "one" ? [plane] : [plane, ...PLANES.filter((one) => one !== plane)];
  useImperativeHandle(handle, () => ({
    redraw: (part) => {
      const others = [...panes.current].filter(([of]) => of !== active.current);
      panes.current.get(active.current)?.redraw(part);
      if (!others.length || later.current) return;
      later.current = setTimeout(() => {
        later.current = null;
        for (const [, pane] of others) pane.redraw(null);
      }, LATER_MS);
    },
    focus: () => panes.current.get(active.current)?.focus(),
  }));
  const half = layout === "beside" ? Math.floor((height - 4) / 2) : height;
  return (
    <Box className={`panes panes-${layout}`}>
      {shown.map((of, place) => (
        <Box key={of} className="pane" data-plane={of}>
          <SliceCanvas
            {...props}
            plane={of}
            index={slice(of)}
            height={place === 0 ? height : half}
            label={layout === "one" ? props.label : `${props.label} · ${t(`parts.viewer.${of}`)}`}
            turn={(by) => props.turn(of, by)}
            at={layout === "one" && !props.crossing ? undefined : props.at}
            onCross={props.go}
            handle={(pane: PictureHandle | null) => {
              if (pane) panes.current.set(of, pane);
              else panes.current.delete(of);
            }}
            onDown={
              onDown &&
              ((where, event) => {
                active.current = of;
                return onDown(where, event);
              })
            }
          />
          {layout !== "one" && (
            <span className="pane-name" aria-hidden>
              {t(`parts.viewer.${of}`)} {slice(of) + 1}
            </span>
          )}
        </Box>
      ))}
    </Box>
  );
}
