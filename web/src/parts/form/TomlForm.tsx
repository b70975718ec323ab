import { Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Form } from "./Form";
import { useServerForm } from "./useServerForm";

interface Props<A> {
  path: string;
  keep: string;
  /** What the text begins with. */
  start: string;
  act: string;
  label: string;
  about: string;
  close: () => void;
  done: (made: A) => void;
}

/** Rules as text: the server reads them and says what is wrong. */
export function TomlForm<A>({ path, keep, start, act, label, about, close, done }: Props<A>) {
  const { t } = useTranslation();
  const of = useServerForm<{ toml: string }, A>({ path, keep, initial: { toml: start }, done });
  const { form } = of;
  return (
    <Form of={of} act={act} cancel={close}>
      <Textarea
        label={label}
        description={about}
        aria-description={t("parts.toml")}
        required
        autosize
        minRows={12}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
        key={form.key("toml")}
        {...form.getInputProps("toml")}
      />
    </Form>
  );
}
