import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { acquired, axesOf } from "./axes";
import { countsOf, indexOf, inside, mmOf, type Triple } from "./space";
import { PLANES, type Plane, type VolumeHeader, type VoxelStore } from "./volume";

/** A place that another viewer looks at; `turn` rises whenever it is to be gone to. */
export interface Elsewhere {
  mm: Triple;
  turn: number;
}

const NOWHERE = { of: null, at: [0, 0, 0] as const };

/** Where one looks in a volume: the voxel at which its planes meet, and the plane that is shown. */
export function useSight(
  store: VoxelStore | null,
  start: Plane | undefined,
  elsewhere: Elsewhere | undefined,
  onPlace: ((mm: Triple) => void) | undefined,
) {
  const header = store?.header ?? null;
  const [state, setState] = useState<{ of: VolumeHeader | null; at: Triple }>(NOWHERE);
  const [wished, setPlane] = useState(start);
  const planes = useMemo(() => (header ? planesOf(header) : PLANES), [header]);
  const plane = wished && planes.includes(wished) ? wished : header ? acquired(header) : "axial";
  const middle = useMemo(() => (header ? middleOf(header) : NOWHERE.at), [header]);
  const at = state.of === header ? state.at : middle;
  // Several turns may come before the next painting: each counts from the one before.
  const latest = useRef(at);
  latest.current = at;

  const put = useCallback((of: VolumeHeader, next: Triple) => {
    latest.current = next;
    setState({ of, at: next });
  }, []);
  useEffect(() => {
    if (header && elsewhere) put(header, inside(header, indexOf(header, elsewhere.mm)));
  }, [header, elsewhere, put]);

  /** Go to a voxel, and tell the viewers that are linked. */
  const go = useCallback(
    (to: Triple) => {
      if (!header) return;
      const next = inside(header, to);
      put(header, next);
      onPlace?.(mmOf(header, next));
    },
    [header, onPlace, put],
  );
  const slice = (of: Plane) => (header ? at[axesOf(header, of).normal] : 0);
  const show = (of: Plane, index: number) => {
    if (!header) return;
    const to: [number, number, number] = [...latest.current];
    to[axesOf(header, of).normal] = index;
    go(to);
  };
  const turn = (of: Plane, by: number) => {
    if (header) show(of, latest.current[axesOf(header, of).normal] + by);
  };
  return { at, go, plane, setPlane, planes, slice, show, turn };
}

/** The planes that may be shown: of a tilted or uneven stack only the acquired one is true. */
function planesOf(header: VolumeHeader): readonly Plane[] {
  return header.only_acquired?.length ? [acquired(header)] : PLANES;
}

function middleOf(header: VolumeHeader): Triple {
  const [x, y, z] = countsOf(header);
  return [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)];
}
