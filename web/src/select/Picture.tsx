import { Opened } from "../parts/viewer/root";
import { SliceViewer } from "../parts/viewer/SliceViewer";
import { SlideViewer } from "../parts/viewer/SlideViewer";
import type { Mark } from "../parts/viewer/volume";

interface Props {
  of: { id: string; kind: string };
  label: string;
  mark?: Mark | undefined;
  height?: number;
  /** Opened already, such as with the other cases of a queue. */
  root?: string | undefined;
  ahead?: boolean;
}

/** The images of a case: slices or a slide, with the place outlined that one has asked for. */
export function Picture({ of, label, mark, height = 460, root, ahead = false }: Props) {
  const isSlide = of.kind === "slide";
  const show = (base: string) =>
    isSlide ? (
      <SlideViewer base={base} label={label} height={height + 60} mark={mark} />
    ) : (
      <SliceViewer base={base} label={label} height={height} mark={mark} ahead={ahead} />
    );
  if (root) return show(`${root}/${isSlide ? "slides" : "series"}/${of.id}`);
  return <Opened {...(isSlide ? { slide: of.id } : { series: of.id })}>{show}</Opened>;
}
