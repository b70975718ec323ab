import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { bytes } from "../api";
import { Refusal } from "../parts/Refusal";
import type { VolumeHeader } from "../parts/viewer/volume";

const MOST = 20;

/** Slices of a series at equal steps, all at once. */
export function Montage({ base }: { base: string }) {
  const { t } = useTranslation();
  const header = useQuery({
    queryKey: ["root", base, "volume"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () =>
      JSON.parse(new TextDecoder().decode(await bytes(`${base}/volume`))) as VolumeHeader,
  });
  if (header.error) return <Refusal error={header.error} />;
  const depth = header.data?.shape[0] ?? 0;
  return (
    <SimpleGrid cols={5} spacing={4}>
      {spread(depth, MOST).map((number) => (
        <figure key={number} style={{ margin: 0 }}>
          <img
            src={`${base}/thumbnail?number=${number}`}
            alt=""
            style={{
              width: "100%",
              aspectRatio: "1",
              objectFit: "contain",
              background: "#141414",
            }}
          />
          <Text component="figcaption" size="xs" c="gray.7">
            {t("select.slice_n", { n: number + 1 })}
          </Text>
        </figure>
      ))}
    </SimpleGrid>
  );
}

/** At most so many numbers below `depth`, from the first to the last in equal steps. */
export function spread(depth: number, most: number): number[] {
  const n = Math.min(depth, most);
  return Array.from({ length: n }, (_, i) => Math.round((i * (depth - 1)) / Math.max(1, n - 1)));
}
