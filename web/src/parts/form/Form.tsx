import { Button, Group, Stack } from "@mantine/core";
import type { FormEvent, KeyboardEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../Refusal";
import { isComposing } from "./composing";

function keepComposing(event: KeyboardEvent) {
  if (event.key === "Enter" && isComposing(event)) event.preventDefault();
}

interface Props {
  of: {
    submit: (event?: FormEvent<HTMLFormElement>) => void;
    sending: { error: unknown; isPending: boolean };
  };
  /** What the button says. */
  act: string;
  cancel?: () => void;
  children: ReactNode;
}

/** The fields of one act under each other, what was refused, and the button. */
export function Form({ of, act, cancel, children }: Props) {
  const { t } = useTranslation();
  return (
    <form noValidate onSubmit={of.submit} onKeyDown={keepComposing}>
      <Stack gap="sm">
        {children}
        {of.sending.error ? <Refusal error={of.sending.error} /> : null}
        <Group justify="flex-end" gap="xs">
          {cancel && (
            <Button variant="default" size="xs" onClick={cancel}>
              {t("parts.cancel")}
            </Button>
          )}
          <Button type="submit" size="xs" loading={of.sending.isPending}>
            {act}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
