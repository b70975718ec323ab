import { Box } from "@mantine/core";
import type OpenSeadragon from "openseadragon";
import { type RefObject, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type SlideHeader, SlideViewer } from "../parts/viewer/SlideViewer";

interface Props {
  base: string;
  height: number;
  canvas: RefObject<HTMLCanvasElement | null>;
  onReady: (viewer: OpenSeadragon.Viewer, header: SlideHeader) => void;
  /** How many elements lie over it, once they are there. */
  elements?: number | undefined;
}

/** A slide with a canvas over it, for what is drawn on it. */
export function DrawnSlide({ base, height, canvas, onReady, elements }: Props) {
  const { t } = useTranslation();
  return (
    <Box pos="relative" className="slide" data-elements={elements}>
      <SlideViewer
        base={base}
        label={t("annotate.slide.picture")}
        height={height}
        onReady={onReady}
      />
      <canvas
        ref={canvas}
        className="outlines"
        style={{ width: "100%", height: "100%" }}
        aria-hidden
      />
    </Box>
  );
}

/** Draw again whenever the picture moves or has another size. */
export function useRedraw(viewer: OpenSeadragon.Viewer | null | undefined, draw: () => void) {
  useEffect(() => {
    viewer?.addHandler("update-viewport", draw);
    viewer?.addHandler("resize", draw);
    return () => {
      viewer?.removeHandler("update-viewport", draw);
      viewer?.removeHandler("resize", draw);
    };
  }, [viewer, draw]);
}
