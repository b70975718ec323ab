import { Box, Skeleton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { VisualizationSpec } from "vega-embed";
import { series } from "../theme";

/** Draw a Vega-Lite spec of the server; the library is loaded when the first chart appears. */
export function Plot({ spec, caption }: { spec: object; caption: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let end = () => {};
    let gone = false;
    void Promise.all([import("vega-embed"), import("vega-interpreter")]).then(
      async ([embed, { expressionInterpreter }]) => {
        if (!host.current || gone) return;
        const drawn = await embed.default(
          host.current,
          { ...spec, description: caption } as VisualizationSpec,
          {
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
          },
        );
        end = () => drawn.finalize();
        setReady(true);
      },
    );
    return () => {
      gone = true;
      end();
    };
  }, [spec, caption]);
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
