import { Checkbox, Group, Stack, Text, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { cut, type Language, replaced } from "./reportSections";

interface Props {
  texts: Record<Language, string>;
  confirmed: string[];
  readOnly: boolean;
  change: (language: Language, text: string) => void;
  confirm: (section: string, on: boolean) => void;
}

/** Both texts section by section; changing one takes its confirmation away. */
export function ReportSections({ texts, confirmed, readOnly, change, confirm }: Props) {
  const { t } = useTranslation();
  const parts = { ja: cut(texts.ja, "ja"), en: cut(texts.en, "en") };
  const keys = [...new Set([...parts.ja, ...parts.en].map((one) => one.key))];
  const field = (language: Language, key: string) => {
    const part = parts[language].find((one) => one.key === key);
    if (!part) return <div key={language} />;
    return (
      <Textarea
        key={language}
        lang={language}
        label={`${part.heading || t("annotate.report.no_heading")} (${t(`annotate.report.text_${language}`)})`}
        defaultValue={part.body}
        readOnly={readOnly}
        autosize
        minRows={1}
        styles={{ input: { lineHeight: language === "ja" ? 1.8 : 1.6, fontSize: 14 } }}
        onChange={(event) => {
          change(language, replaced(texts[language], language, key, event.currentTarget.value));
          confirm(key, false);
        }}
      />
    );
  };
  return (
    <Stack gap="md">
      {keys.map((key) => (
        <section key={key} aria-label={t(`annotate.report.section.${key || "before"}`)}>
          <div className="report-pair">{(["ja", "en"] as const).map((one) => field(one, key))}</div>
          {key && (
            <Group mt={6}>
              <Checkbox
                size="xs"
                checked={confirmed.includes(key)}
                disabled={readOnly}
                label={t("annotate.report.confirm", {
                  section: t(`annotate.report.section.${key}`),
                })}
                onChange={(event) => confirm(key, event.currentTarget.checked)}
              />
            </Group>
          )}
        </section>
      ))}
      {keys.length === 0 && <Text size="sm">{t("annotate.report.empty")}</Text>}
    </Stack>
  );
}
