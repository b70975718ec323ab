import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { send } from "../../api";
import { Refusal } from "../Refusal";

interface Root {
  id: string;
  path: string;
  expires_at: string;
}

interface Wish {
  series?: string;
  slide?: string;
  /** The slide of a task, which is hidden by an alias. */
  task?: string;
}

/** Open a root over one series or slide, or a task's slide; the address below which the viewers read. */
export function useRoot({ series, slide, task }: Wish) {
  const id = series ?? slide ?? task;
  return useQuery({
    queryKey: ["root", series ? "series" : slide ? "slides" : "task", id],
    enabled: Boolean(id),
    staleTime: Infinity,
    queryFn: async () => {
      if (task) return (await send<Root>("POST", `/annotate/tasks/${task}/slide`)).path;
      const body = { series: series ? [series] : [], slides: slide ? [slide] : [] };
      const root = await send<Root>("POST", "/dicomweb/roots", body);
      return `${root.path}/${series ? "series" : "slides"}/${id}`;
    },
  });
}

/** Open the images and show them once they may be read. */
export function Opened({ children, ...wish }: Wish & { children: (base: string) => ReactNode }) {
  const root = useRoot(wish);
  if (root.error) return <Refusal error={root.error} retry={() => void root.refetch()} />;
  return root.data ? children(root.data) : <Skeleton h={480} />;
}
