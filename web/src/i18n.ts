import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "ja" | "en";

// Each folder keeps its own two files; the key of a sentence begins with the folder's name.
const files = import.meta.glob<Record<string, unknown>>("./*/{ja,en}.json", {
  eager: true,
  import: "default",
});

export function resources(language: Language): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [path, sentences] of Object.entries(files)) {
    const [, folder, name] = path.split("/");
    if (folder && name === `${language}.json`) found[folder] = sentences;
  }
  return found;
}

export function storedLanguage(): Language {
  return localStorage.getItem("renkei.language") === "en" ? "en" : "ja";
}

export async function changeLanguage(language: Language): Promise<void> {
  localStorage.setItem("renkei.language", language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: storedLanguage(),
    fallbackLng: false,
    resources: { ja: { translation: resources("ja") }, en: { translation: resources("en") } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = storedLanguage();
}
