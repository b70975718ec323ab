import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Search } from "../shell/search";

interface Props {
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

/** Narrow a list by one column; the choice lives in the address. */
export function Filter({ name, label, options }: Props) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Search;
  return (
    <Select
      size="xs"
      w={180}
      clearable
      clearButtonProps={{ "aria-label": label, tabIndex: 0 }}
      placeholder={label}
      aria-label={label}
      data={options}
      value={search[name] ?? null}
      onChange={(value) => {
        const { after: _, [name]: __, ...rest } = search;
        const next = value ? { ...rest, [name]: value } : rest;
        void navigate({ to: ".", search: next as never, replace: true });
      }}
    />
  );
}
