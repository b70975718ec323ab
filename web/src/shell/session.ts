import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, keepToken, Problem, send } from "../api";
import { changeLanguage, type Language } from "../i18n";

export type Role = "hospital" | "curator" | "reader" | "licensee" | "operator";

export interface Me {
  id: string;
  name: string;
  email: string;
  role: Role;
  organisation: { id: string; name: string; kind: string };
  language: Language;
  permissions: string[];
  csrf_token: string | null;
}

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: async (): Promise<Me | null> => {
      try {
        const me = await get<Me>("/people/me");
        keepToken(me.csrf_token);
        return me;
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** Whether the signed-in user's role holds a permission. */
export function useMay(permission: string): boolean {
  return useMe().data?.permissions.includes(permission) ?? false;
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
  if (signedIn) await send("PATCH", "/people/me", { language }).catch(() => undefined);
}
