import { Button, type ButtonProps, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props extends Omit<ButtonProps, "children"> {
  label: string;
  about?: string;
  children: (close: () => void) => ReactNode;
}

/** A button that opens a form; Esc closes it, what was typed is kept in this tab. */
export function FormDialog({ label, about, children, ...button }: Props) {
  const { t } = useTranslation();
  const [open, { open: show, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" onClick={show} {...button}>
        {label}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={
          <Text span fw={650} fz="lg">
            {label}
          </Text>
        }
        size="lg"
        closeButtonProps={{ "aria-label": t("parts.cancel") }}
        transitionProps={{ duration: 100 }}
      >
        {about && (
          <Text size="sm" c="gray.7" mb="sm">
            {about}
          </Text>
        )}
        {children(close)}
      </Modal>
    </>
  );
}
