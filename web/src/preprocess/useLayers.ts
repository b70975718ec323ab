import { useEffect, useState } from "react";

/** Load the pictures of layers; those that are there already are kept. */
export function useLayers(addresses: Record<string, string>): Record<string, HTMLImageElement> {
  const [found, setFound] = useState<Record<string, HTMLImageElement>>({});
  const wanted = JSON.stringify(addresses);
  useEffect(() => {
    let gone = false;
    setFound({});
    for (const [name, address] of Object.entries(JSON.parse(wanted) as Record<string, string>)) {
      const picture = new Image();
      picture.onload = () => {
        if (!gone) setFound((others) => ({ ...others, [name]: picture }));
      };
      picture.src = address;
    }
    return () => {
      gone = true;
    };
  }, [wanted]);
  return found;
}
