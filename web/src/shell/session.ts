import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, Problem, send } from "../api";
import { changeLanguage, type Language } from "../i18n";

export type Role = "hospital" | "curator" | "reader" | "licensee" | "operator";

export interface Me {
  id: string;
  name: string;
  role: Role;
  organisation: string;
  language: Language;
  demo: boolean;
  permissions: string[];
}

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: async (): Promise<Me | null> => {
      try {
        return await get<Me>("/people/me");
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send("POST", "/people/sign-out"),
    onSuccess: () => {
      client.clear();
      location.assign("/");
    },
  });
}

/** Switch at once, and keep the choice in the profile for the next device. */
export async function switchLanguage(language: Language, signedIn: boolean): Promise<void> {
  await changeLanguage(language);
  if (signedIn) await send("PUT", "/people/me/language", { language }).catch(() => undefined);
}
