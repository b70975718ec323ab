import { Alert, Button, Textarea } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { spanOf } from "./draft";

interface Props {
  text: string;
  type: (text: string) => void;
  wrong: Wire<"WrongOut"> | null;
}

/** The plan as text; what is wrong names its line and leads there. */
export function PlanText({ text, type, wrong }: Props) {
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);
  const line = wrong?.line ?? null;
  const show = () => {
    if (!area.current || line === null) return;
    area.current.focus();
    area.current.setSelectionRange(...spanOf(text, line));
    const height = area.current.scrollHeight / text.split("\n").length;
    area.current.scrollTop = Math.max(0, (line - 4) * height);
  };
  return (
    <>
      <Textarea
        ref={area}
        className="plan-text"
        label={t("preprocess.build.text")}
        description={t("preprocess.build.text_about")}
        autosize
        minRows={14}
        maxRows={36}
        spellCheck={false}
        value={text}
        maxLength={100_000}
        onChange={(event) => type(event.currentTarget.value)}
      />
      {wrong && (
        <Alert
          mt="xs"
          color="red.9"
          variant="outline"
          icon={<IconAlertTriangle aria-hidden />}
          title={line === null ? t("parts.refused") : t("preprocess.build.line", { n: line })}
        >
          <span lang="en">{wrong.sentence}</span>
          {line !== null && (
            <Button ml="sm" size="compact-xs" variant="outline" color="red.9" onClick={show}>
              {t("preprocess.build.show")}
            </Button>
          )}
        </Alert>
      )}
    </>
  );
}
