import { type RefObject, useLayoutEffect, useState } from "react";

/** The size of an element in CSS pixels, as it is and as it becomes. */
export function useSize(element: RefObject<HTMLElement | null>) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const shown = element.current;
    if (!shown) return;
    const read = () => {
      const { clientWidth: width, clientHeight: height } = shown;
      setSize((now) => (now.width === width && now.height === height ? now : { width, height }));
    };
    read();
    const watch = new ResizeObserver(read);
    watch.observe(shown);
    return () => watch.disconnect();
  }, [element]);
  return size;
}
