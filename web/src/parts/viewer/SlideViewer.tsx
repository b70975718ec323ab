import { Box } from "@mantine/core";
import type OpenSeadragon from "openseadragon";
import { useEffect, useRef, useState } from "react";
import { bytes } from "../../api";
import { Refusal } from "../Refusal";

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
  onReady?: (viewer: OpenSeadragon.Viewer, header: SlideHeader) => void;
}

/** Pan and zoom a whole-slide image; tiles come from the server level by level. */
export function SlideViewer({ base, label, height = 620, onReady }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<unknown>(null);
  const [ready, setReady] = useState(false);
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
          setReady(true);
          if (viewer) onReady?.(viewer, header);
        });
      })
      .catch(setError);
    return () => {
      gone = true;
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
      data-ready={ready ? "yes" : "no"}
    />
  );
}
