import { useLocalStorage } from "@mantine/hooks";
import { useEffect } from "react";
import { useMe } from "../shell/session";

/** How a reader likes the desk; kept on this machine for each person. */
export interface Comfort {
  /** Draws with the left hand: lists on the left, keys on the right. */
  left: boolean;
  /** A pen's pressure scales the brush. */
  pressure: boolean;
  /** The whole page as dark as the pictures. */
  dark: boolean;
}

const PLAIN: Comfort = { left: false, pressure: false, dark: false };

export function useComfort() {
  const me = useMe().data?.id ?? "";
  const [comfort, setComfort] = useLocalStorage<Comfort>({
    key: `renkei.comfort.${me}`,
    defaultValue: PLAIN,
  });
  useEffect(() => {
    if (!comfort.dark) return;
    const { dataset } = document.documentElement;
    const before = dataset.mantineColorScheme ?? "light";
    dataset.readingRoom = "";
    dataset.mantineColorScheme = "dark";
    return () => {
      delete dataset.readingRoom;
      dataset.mantineColorScheme = before;
    };
  }, [comfort.dark]);
  return { comfort, setComfort };
}
