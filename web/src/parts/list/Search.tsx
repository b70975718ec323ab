import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  value: string;
  change: (q: string) => void;
  field: Ref<HTMLInputElement>;
}

/** Words to look for; Enter searches, Esc leaves the field. */
export function Search({ value, change, field }: Props) {
  const { t } = useTranslation();
  return (
    <TextInput
      ref={field}
      key={value}
      defaultValue={value}
      w={260}
      size="xs"
      leftSection={<IconSearch size={14} aria-hidden />}
      placeholder={t("parts.search")}
      aria-label={t("parts.search")}
      // An Enter that ends an input method's composition is not a search.
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
        if (event.key === "Enter" && !event.nativeEvent.isComposing)
          change(event.currentTarget.value.trim());
      }}
    />
  );
}
