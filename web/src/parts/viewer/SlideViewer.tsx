import "./viewer.css";
import { Box } from "@mantine/core";
import type OpenSeadragon from "openseadragon";
import { useEffect, useRef, useState } from "react";
import { bytes } from "../../api";
import { Refusal } from "../Refusal";
import type { Mark } from "./volume";

/** What the server says of a slide: a deep-zoom pyramid, the highest level of full size. */
export interface SlideHeader {
  width: number;
  height: number;
  mpp: number | null;
  tile_size: number;
  overlap: number;
  min_level: number;
  max_level: number;
}

export function tileSource(header: SlideHeader, base: string) {
  return {
    width: header.width,
    height: header.height,
    tileSize: header.tile_size,
    tileOverlap: header.overlap,
    minLevel: Math.max(header.min_level, header.max_level - 8),
    maxLevel: header.max_level,
    getTileUrl: (level: number, x: number, y: number) => `${base}/tiles/${level}/${x}_${y}.jpeg`,
  };
}

interface Props {
  base: string;
  label: string;
  height?: number;
  /** Where to look: the viewer goes there and outlines it. */
  mark?: Mark | undefined;
  onReady?: (viewer: OpenSeadragon.Viewer, header: SlideHeader) => void;
}

/** Pan and zoom a whole-slide image; tiles come from the server level by level. */
export function SlideViewer({ base, label, height = 620, mark, onReady }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<unknown>(null);
  const [opened, setOpened] = useState<OpenSeadragon.Viewer | null>(null);
  // Before the viewer's own effect, so that the outline is gone before the viewer is.
  useEffect(() => {
    if (!opened || mark?.box?.length !== 4) return;
    const [x, y, wide, high] = mark.box as [number, number, number, number];
    const { viewport } = opened;
    const frame = document.createElement("div");
    frame.className = "outlined";
    opened.addOverlay(frame, viewport.imageToViewportRectangle(x, y, wide, high));
    viewport.fitBoundsWithConstraints(
      viewport.imageToViewportRectangle(x - wide, y - high, 3 * wide, 3 * high),
    );
    return () => {
      opened.removeOverlay(frame);
    };
  }, [opened, mark]);
  useEffect(() => {
    let viewer: OpenSeadragon.Viewer | undefined;
    let gone = false;
    // The library comes with the first slide: who looks at slices never loads it.
    Promise.all([bytes(`${base}/info`), import("openseadragon")])
      .then(([buffer, { default: open }]) => {
        if (gone || !host.current) return;
        const header = JSON.parse(new TextDecoder().decode(buffer)) as SlideHeader;
        viewer = open({
          element: host.current,
          drawer: "canvas",
          showNavigationControl: false,
          showNavigator: true,
          navigatorPosition: "BOTTOM_RIGHT",
          animationTime: 0.3,
          maxZoomPixelRatio: 4,
          clickDistThreshold: 5,
          gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false },
          tileSources: [tileSource(header, base) as unknown as OpenSeadragon.TileSource],
        });
        viewer.addOnceHandler("open", () => {
          if (!viewer) return;
          setOpened(viewer);
          onReady?.(viewer, header);
        });
      })
      .catch(setError);
    return () => {
      gone = true;
      setOpened(null);
      viewer?.destroy();
    };
  }, [base, onReady]);
  if (error) return <Refusal error={error} />;
  return (
    <Box
      ref={host}
      h={height}
      bg="dark.9"
      role="group"
      aria-label={label}
      data-ready={opened ? "yes" : "no"}
    />
  );
}
