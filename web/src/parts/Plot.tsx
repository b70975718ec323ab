import { Box, Skeleton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { VisualizationSpec } from "vega-embed";
import { series } from "../theme";

/** A single chart takes the width of the page; one of several panels keeps its own. */
function wide(spec: Record<string, unknown>, caption: string): VisualizationSpec {
  const whole = "mark" in spec || "layer" in spec;
  const fit = whole ? { width: "container", autosize: { type: "fit-x", contains: "padding" } } : {};
  return { ...spec, ...fit, description: caption } as VisualizationSpec;
}

type Say = (code: string) => string;

/** The rows of a spec with their codes said in words; where nothing is known, as they came. */
export function inWords(value: unknown, say: Say, inside = false): unknown {
  if (typeof value === "string") return inside ? say(value) : value;
  if (Array.isArray(value)) return value.map((one) => inWords(one, say, inside));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const codes = inside || ["values", "datasets", "domain", "sort"].includes(key);
      return [key, inWords(inner, say, codes)];
    }),
  );
}

/** Draw a Vega-Lite spec of the server; the library is loaded when the first chart appears. */
export function Plot({ spec, caption, say }: { spec: object; caption: string; say?: Say }) {
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const drawing = JSON.stringify(say ? inWords(spec, say) : spec);
  useEffect(() => {
    let end = () => {};
    let gone = false;
    void Promise.all([import("vega-embed"), import("vega-interpreter")]).then(
      async ([embed, { expressionInterpreter }]) => {
        if (!host.current || gone) return;
        const drawn = await embed.default(host.current, wide(JSON.parse(drawing), caption), {
          actions: false,
          renderer: "svg",
          // Without `eval`: the page's content policy forbids it.
          ast: true,
          expr: expressionInterpreter,
          config: {
            font: getComputedStyle(document.body).fontFamily,
            range: { category: series },
            view: { stroke: null },
          },
        });
        end = () => drawn.finalize();
        setReady(true);
      },
    );
    return () => {
      gone = true;
      end();
    };
  }, [drawing, caption]);
  return (
    <Box component="figure" m={0}>
      {!ready && <Skeleton h={200} />}
      <div ref={host} style={{ width: "100%" }} />
      <Box component="figcaption" fz="sm" c="gray.7">
        {caption}
      </Box>
    </Box>
  );
}
