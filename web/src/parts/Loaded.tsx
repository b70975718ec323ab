import { Skeleton, Stack } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { get, type Query } from "../api";
import { Refusal } from "./Refusal";

interface Props<T> {
  path: string;
  query?: Query;
  children: (found: T) => ReactNode;
}

/** Read one answer and show it; a panel that fails says so and leaves the page standing. */
export function Loaded<T>({ path, query, children }: Props<T>) {
  const answer = useQuery({
    queryKey: [path, query],
    queryFn: () => get<T>(path, query),
    placeholderData: keepPreviousData,
  });
  if (answer.data !== undefined) return <>{children(answer.data)}</>;
  if (answer.error) return <Refusal error={answer.error} retry={() => void answer.refetch()} />;
  return (
    <Stack gap="xs" p="lg" aria-busy="true">
      <Skeleton h={28} w={280} />
      <Skeleton h={14} w={420} />
      <Skeleton h={180} mt="md" />
    </Stack>
  );
}
